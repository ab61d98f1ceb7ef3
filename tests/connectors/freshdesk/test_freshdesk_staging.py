"""What staging makes of Freshdesk's records."""

from connectors.contract import Credentials
from sample.servers.freshdesk import Desk
from tests.connectors.freshdesk_records import ANN, JOE, LEE, UMA, dated, pull, reply, ticket, when
from tests.connectors.slices import build_staging, load, raw, staged


def story(desk: Desk) -> None:
    """Ticket 1 is answered, reopened, solved and rated; 2 is merged into it; 3 is spam, 4 trash."""
    desk.put("companies", dated(77, name="Acme Ltd", domains=["Acme.example"], account_tier="Gold"))
    desk.of("contacts")[ANN] |= {"company_id": 77, "language": "de", "mobile": "+15550100"}
    for id_, name in ((UMA, "Uma"), (LEE, "Lee")):
        contact = {"name": name, "email": f"{name.lower()}@us.example"}
        kind = "collaborator" if id_ == LEE else "support_agent"
        desk.put("agents", dated(id_, type=kind, deactivated=False, contact=contact))
    desk.put("groups", dated(1, name="Care", agent_ids=[UMA, LEE]))
    desk.put("groups", dated(2, name="Billing", agent_ids=[LEE]))
    statuses = {"2": ["Open", "Open"], "9": ["On hold", "Waiting"]}
    desk.put("ticket_fields", dated(1, name="status", choices=statuses))
    desk.put("ticket_fields", dated(2, name="source", choices={"Email": 1, "Instagram DM": 102}))
    asked = [{"id": "default_question", "accepted_ratings": [103, 100, -103]}]
    desk.put("surveys", dated(5, questions=asked))
    desk.say(1, reply(10, when(2, 10)))
    desk.say(1, reply(11, when(2, 11), ANN))
    desk.say(1, reply(12, when(2, 11, 1), private=True, source=2))
    desk.say(1, reply(13, when(2, 11, 2), automation_id=4))
    desk.say(2, reply(20, when(3, 10), ANN))
    desk.of("tickets")[3] |= {"spam": True, "source": 3}
    desk.put("tickets", ticket(4, deleted=True, source=102, status=9, requester_id=JOE))
    desk.put("tickets", ticket(5, source=10, priority=4, requester_id=UMA))
    rated = {"ticket_id": 1, "user_id": ANN, "agent_id": UMA, "survey_id": 5, "feedback": "ok"}
    for id_, answer in ((1, 103), (2, 100)):
        desk.put("satisfaction_ratings", dated(id_, ratings={"default_question": answer}, **rated))
    desk.put("satisfaction_ratings", dated(3, rating=3, **rated | {"survey_id": None}))
    desk.put("categories", dated(1))
    desk.put("folders", dated(2, category_id=1, articles_count=2))
    german = [{"level": 0, "data": {"language": "de"}}]
    desk.put("articles", dated(50, title="Hilfe", status=2, folder_id=2, hierarchy=german))
    desk.put("articles", dated(51, title="Draft", status=1, folder_id=2))


def test_staging_gives_the_unified_entities(desk: Desk, login: Credentials) -> None:
    story(desk)
    pull(login)
    # Solved, then reopened for another team: Freshdesk forgets the first when the second comes.
    one = desk.of("tickets")[1]
    one["stats"] = {"resolved_at": when(10), "status_updated_at": when(10)}
    one |= {"status": 4, "updated_at": when(10)}
    pull(login)
    one["stats"] = {"reopened_at": when(11), "status_updated_at": when(11)}
    one |= {"status": 2, "group_id": 2}
    desk.merge(into=1, ticket=2, at=when(12), note=90)
    pull(login)
    accounts = load("freshdesk")
    assert all(account.quarantined == 0 for account in accounts.values())
    build_staging("freshdesk")

    found = staged("freshdesk", "conversations")
    columns = ("channel", "status", "priority", "team", "merged_into_remote_id", "is_spam")
    assert {k: tuple(row[c] for c in columns) for k, row in found.items()} == {
        "1": ("email", "open", "low", "Billing", None, False),
        "2": ("email", "closed", "low", "Care", "1", False),
        "3": ("phone", "open", "low", "Care", None, True),
        "4": ("social", "hold", "low", "Care", None, False),
        "5": ("email", "open", "urgent", "Care", None, False),
    }
    assert [k for k, row in found.items() if row["remote_was_deleted"]] == ["4"]
    said = "select remote_id, author_type, author_remote_id, is_public from "
    assert raw(
        f"{said} staging.stg_freshdesk__messages where conversation_remote_id in ('1', '2') "
        "order by sent_at, remote_id"
    ) == [
        ("ticket-1", "customer", "11", True),
        ("10", "agent", "7", True),
        ("11", "customer", "11", True),
        ("12", "agent", "7", False),
        ("13", "system", "7", True),
        ("ticket-2", "customer", "11", True),
        ("20", "customer", "11", True),
        ("90", "system", "7", False),
        ("91", "system", "7", False),
    ]
    messages = staged("freshdesk", "messages")
    assert messages["20"]["conversation_remote_id"] == "1"
    assert messages["ticket-5"]["author_type"] == "agent"
    assert raw(
        "select event_type, old_value, new_value, strftime(occurred_at, '%d %H') "
        "from staging.stg_freshdesk__conversation_events where conversation_remote_id = '1' "
        "and event_type in ('status', 'team') order by event_type, occurred_at"
    ) == [
        ("status", None, "open", "02 09"),
        ("status", "open", "solved", "10 09"),
        ("status", "solved", "open", "11 09"),
        ("team", None, "Care", "02 09"),
        ("team", "Care", "Billing", "12 09"),
    ]
    assert raw(
        "select conversation_remote_id, new_value, actor_remote_id from "
        "staging.stg_freshdesk__conversation_events where event_type = 'merged'"
    ) == [("2", "1", "7")]
    people = staged("freshdesk", "contacts")
    assert {k: (row["email"], row["company"], row["phone"]) for k, row in people.items()} == {
        "11": ("ann@acme.example", "Acme Ltd", "+15550100"),
        # Of a ticket only; the agent who asks for help in ticket 5 is no contact.
        "12": (None, None, None),
    }
    assert people["11"]["external_ids"] == '{"account":"F1"}'
    agents = staged("freshdesk", "agents")
    assert {k: (row["role"], row["team"]) for k, row in agents.items()} == {
        "7": ("agent", "Care"),
        "8": ("light", "Care"),
    }
    ratings = staged("freshdesk", "survey_responses")
    scales = {k: (row["score"], row["scale_min"], row["scale_max"]) for k, row in ratings.items()}
    assert scales == {"1": (3.0, -3.0, 3.0), "2": (0.0, -3.0, 3.0), "3": (-1.0, -1.0, 1.0)}
    articles = staged("freshdesk", "articles")
    assert {k: (row["locale"], row["remote_was_deleted"]) for k, row in articles.items()} == {
        "50": ("de", False),
        "51": (None, True),
    }
    account = staged("freshdesk", "accounts")["77"]
    assert (account["domain"], account["segment"]) == ("acme.example", "Gold")
