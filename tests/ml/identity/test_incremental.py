"""A run costs what is new and ends where a run over everything would; nothing is lost to a kill."""

import shutil
from contextlib import contextmanager
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ml.identity import contacts as contacts_module
from ml.identity import ledger, steps
from tests.ml.identity import small_world as world
from warehouse.settings import settings as installation

NAMES = "abcdefgh"
emails = st.sampled_from(["p@x.example", "q@x.example", "r@y.example", "s@y.example"])
edits = st.one_of(
    st.tuples(st.just("put"), st.sampled_from(NAMES), emails),
    st.tuples(st.just("drop"), st.sampled_from(NAMES), st.none()),
    st.tuples(
        st.sampled_from(["link", "never", "undecide"]),
        st.sampled_from(NAMES),
        st.sampled_from(NAMES),
    ),
)
histories = st.lists(st.lists(edits, min_size=1, max_size=4), min_size=1, max_size=4)
slow = settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(autouse=True)
def _plain_engine(monkeypatch):
    monkeypatch.setattr(steps, "engine", world.PLAIN_ENGINE)


@pytest.fixture
def never_retrain(monkeypatch):
    """The model of the first run serves for good."""
    config = contacts_module.ContactsConfig(retrain_share=1)
    monkeypatch.setattr(steps, "read_config", lambda: config)


@contextmanager
def empty_home():
    """Every example of a property starts from nothing."""
    shutil.rmtree(installation().root, ignore_errors=True)
    yield
    shutil.rmtree(installation().root, ignore_errors=True)


class Company:
    """Contacts and decisions as they change from run to run."""

    def __init__(self):
        self.contacts = {f"z{n}": f"{n}@many.example" for n in range(12)}  # keeps the model young
        self.decisions = {}

    def edit(self, what, name, other):
        if what == "put":
            self.contacts[name] = other
        elif what == "drop":
            self.contacts.pop(name, None)
        elif name != other:
            pair = tuple(sorted((name, other)))
            self.decisions.pop(pair, None)
            if what != "undecide" and self.allows(what, pair):
                self.decisions[pair] = what

    def allows(self, what, pair):
        """Whether the rows would not contradict each other."""
        groups = [{name} for name in NAMES]
        said = [*self.decisions.items(), (pair, what)]
        for (left, right), word in said:
            if word == "link":
                one = next(g for g in groups if left in g)
                other = next(g for g in groups if right in g)
                if one is not other:
                    one |= other
                    groups.remove(other)
        return not any(w == "never" and any({*p} <= g for g in groups) for p, w in said)

    def link(self, reverse=False):
        contacts = dict(reversed(self.contacts.items())) if reverse else self.contacts
        rows = [(word, *pair) for pair, word in sorted(self.decisions.items())]
        return world.link(contacts, rows[::-1] if reverse else rows)


@slow
@given(history=histories)
@pytest.mark.usefixtures("never_retrain")
def test_what_is_new_at_a_time_ends_where_everything_at_once_does(history) -> None:
    with empty_home():
        company = Company()
        company.link()
        for batch in history:
            for edit in batch:
                company.edit(*edit)
            assert not company.link().trained
        step_by_step = (world.remembered(), world.persons())
        world.forget_model()
        again = company.link()
        assert again.trained
        assert (again.merges, again.unmerges, again.moves) == (0, 0, 0)
        assert (world.remembered(), world.persons()) == step_by_step
    with empty_home():
        company.link(reverse=True)
        assert world.persons() == step_by_step[1]


@slow
@given(history=histories)
def test_the_order_of_the_input_changes_no_id(history) -> None:
    found = []
    for reverse in (False, True):
        with empty_home():
            company = Company()
            for batch in history:
                for edit in batch:
                    company.edit(*edit)
                company.link(reverse)
            found.append((world.remembered(), world.changes()))
    assert found[0] == found[1]


@slow
@given(history=histories, pair=st.permutations(NAMES))
@pytest.mark.usefixtures("never_retrain")
def test_a_decision_taken_back_leaves_every_id_as_it_was(history, pair) -> None:
    with empty_home():
        company = Company()
        company.contacts |= {name: f"{name}@own.example" for name in NAMES}
        for batch in history:
            for edit in batch:
                company.edit(*edit)
        company.link()
        before = world.customers()
        free = [
            p
            for p in (tuple(sorted(pair[:2])), tuple(sorted(pair[2:4])))
            if p not in company.decisions
        ]
        for chosen in free[:1]:
            for word in ("link", "never"):
                if company.allows(word, chosen):
                    company.decisions[chosen] = word
                    company.link()
                    del company.decisions[chosen]
                    company.link()
                    assert world.customers() == before


def test_nothing_new_writes_nothing() -> None:
    world.link({"a": "p@x.example", "b": "p@x.example", "c": "q@x.example"})
    path = installation().warehouse_file
    before = path.read_bytes()
    report = world.link()
    assert (report.new, report.changed, report.removed, report.rewritten) == (0, 0, 0, 0)
    assert (report.contacts, report.customers, report.ids_kept, report.trained) == (3, 2, 3, False)
    assert path.read_bytes() == before


def test_only_what_a_new_contact_touches_is_clustered_again() -> None:
    many = {f"m{n}": f"{n // 2}@x.example" for n in range(40)}
    world.link(many)
    report = world.link({**many, "new": "0@x.example"})
    assert (report.new, report.changed, report.rewritten, report.trained) == (1, 0, 3, False)


def test_more_change_than_the_configured_share_trains_anew() -> None:
    many = {f"m{n}": f"{n}@x.example" for n in range(20)}
    world.link(many)
    more = {f"n{n}": f"n{n}@x.example" for n in range(4)}
    assert not world.link({**many, **more}).trained
    assert world.link({**many, **more, "last": "z@x.example"}).trained


def test_other_code_or_configuration_trains_anew(monkeypatch) -> None:
    world.link({"a": "p@x.example", "b": "p@x.example"})
    before = world.customers()
    monkeypatch.setattr(steps, "digest", lambda: "another")
    assert world.link().trained
    assert world.customers() == before
    assert not world.link().trained


def test_the_decisions_file_may_lie_elsewhere(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("HEEDLINE_IDENTITY_DECISIONS", str(tmp_path / "who.csv"))
    report = world.link({"a": "p@x.example", "b": "q@y.example"}, [("link", "a", "b")])
    assert (report.decisions, report.customers) == (1, 1)
    assert (tmp_path / "who.csv").exists()


def test_a_kill_in_the_middle_of_writing_changes_nothing_and_the_next_run_mends_it(
    monkeypatch,
) -> None:
    first, second = (
        {"a": "p@x.example", "b": "q@x.example"},
        {"a": "q@x.example", "b": "q@x.example"},
    )
    world.link(first)
    before = world.remembered()
    with monkeypatch.context() as patched:
        patched.setattr(ledger, "_SAVE", ledger._SAVE + ";\nselect error('killed')")
        with pytest.raises(Exception, match="killed"):
            world.link(second)
    assert world.remembered() == before
    world.link(second)
    mended = world.remembered()
    shutil.rmtree(installation().root)
    world.link(first)
    world.link(second)
    assert world.remembered() == mended


def test_a_merge_and_its_undoing_are_recorded_as_of_the_run() -> None:
    apart = {"a": "p@x.example", "b": "q@y.example", "c": "q@y.example"}
    world.link(apart)
    before = world.customers()
    world.link(decisions=[("link", "a", "b")], as_of=world.AS_OF + timedelta(days=1))
    assert set(world.customers().values()) == {before["b"]}
    world.link(decisions=[], as_of=world.AS_OF + timedelta(days=2))
    assert world.customers() == before
    assert world.changes() == [("merge", 1, "decision"), ("unmerge", 1, "decision")]


def test_a_merge_by_evidence_names_the_fields_and_no_value() -> None:
    world.link({"a": "p@x.example", "b": "q@y.example"})
    report = world.link({"a": "p@x.example", "b": "p@x.example"})
    assert (report.merges, world.changes()) == (1, [("merge", 1, "evidence: e-mail")])


def test_a_decision_about_a_contact_not_here_yet_waits_for_it() -> None:
    world.link({"a": "p@x.example"})
    report = world.link(decisions=[("link", "a", "later")])
    assert (report.decisions, report.decisions_waiting) == (0, 1)
    report = world.link({"a": "p@x.example", "later": "q@y.example"})
    assert (report.decisions, report.decisions_waiting, report.customers) == (1, 0, 1)


def test_the_last_contact_may_go_and_come_back() -> None:
    world.link({"a": "p@x.example"})
    before = world.customers()
    report = world.link({})
    assert (report.contacts, report.removed, report.customers) == (0, 1, 0)
    world.link({"a": "p@x.example"})
    assert world.customers() == before
