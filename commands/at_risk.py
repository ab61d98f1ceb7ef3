"""`heedline at-risk`: whom to call first, and why one of them."""

from typing import Annotated

import typer

from commands.console import CommandFailed, Format, out
from commands.customer import CardFormat, print_json
from runtime import at_risk, at_risk_page, customer_page, summary
from warehouse.settings import settings

app = typer.Typer()


@app.callback(invoke_without_command=True)
def at_risk_list(
    context: typer.Context,
    top: Annotated[int, typer.Option("--top", min=1, help="How many customers.")] = 20,
    output: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.table,
) -> None:
    """The customers to call first, each with its reasons and what to do, as published last.

    `explain` shows one of them: how the score comes about, with the conversations to read, what
    changed since the run before, and the play with its deadline and message. What to do about whom
    stands in the playbook (docs/playbook.md).

    Examples: `heedline at-risk --top 5` · `heedline at-risk --format csv` ·
    `heedline at-risk explain ann@acme.example`
    """
    if context.invoked_subcommand is None:
        summary.at_risk(out, settings(), top=top, output=output.value)


@app.command()
def explain(
    customer: Annotated[
        str,
        typer.Argument(
            help="customer_id (or the first 8 characters or more of one), e-mail address, phone "
            "number, whole name, or SOURCE:ID, as `heedline customer` takes them.",
        ),
    ],
    output: Annotated[
        CardFormat, typer.Option("--format", help="How to print.")
    ] = CardFormat.table,
) -> None:
    """Why this customer is at risk, what changed, and what to do until when.

    Contributions are on the log-odds: with the model's starting point they add up to the score.
    The output holds personal data.

    Examples: `heedline at-risk explain "Ann Smith"` ·
    `heedline at-risk explain zendesk:364002038260 --format json`
    """
    answer = at_risk.explain(settings(), customer)
    if answer.why is not None:
        if output is CardFormat.json:
            print_json(answer.why)
        else:
            at_risk_page.show(out, answer.why)
        return
    if not answer.others:
        raise CommandFailed(
            f"no customer {customer!r} in what was published last; give a customer id, an e-mail "
            "address, a phone number, a whole name, or SOURCE:ID such as zendesk:42 "
            "(`heedline at-risk --format json` lists ids); if they are new, `heedline run` first"
        )
    if len(answer.others) == 1:
        (one,) = answer.others
        raise CommandFailed(
            f"{one['customer_name'] or customer} is not at risk, so there is nothing to explain; "
            f"`heedline customer {one['customer_id']}` shows their health"
        )
    customer_page.show_candidates(out, customer, answer.found.by, answer.others)
    raise CommandFailed(
        f"{len(answer.others)} customers share {customer!r}; ask again with one of their ids"
    )
