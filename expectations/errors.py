"""Three ways a gate can say no. On call, the class tells whom to wake: data owner or us."""


class BatchRefused(RuntimeError):
    """The batch as a whole is not what it should be: nothing of it may be loaded."""


class MartsRefused(RuntimeError):
    """A published mart breaks a promise: this version must not be published."""


class CheckerBroken(RuntimeError):
    """The check itself could not run (missing or malformed suite, an expectation that raised).

    Says nothing about the data: mend the suite or the code, then run the task again.
    """
