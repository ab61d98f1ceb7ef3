"""An org with service objects: records in few words."""

from typing import Any

from fastapi import FastAPI

OBJECTS = (
    *("Case", "EmailMessage", "Task", "Opportunity", "MessagingSession", "LiveChatTranscript"),
)
AGENT, MACHINE, QUEUE = "005000000000001AAA", "005000000000002AAA", "00G000000000001AAA"
PREFIX = {
    "Case": "500", "EmailMessage": "02s", "Task": "00T", "Opportunity": "006", "User": "005",
    "MessagingSession": "0Mw", "LiveChatTranscript": "570", "CaseHistory": "017",
}  # fmt: skip
BODY = (
    '<p align="center">Chat Started: Monday, June 01, 2026, 09:00:00 (+0200)</p>'
    '<p align="center">Chat Origin: Help</p><p align="center">Agent Olga O</p>'
    "( 5s ) Olga O: Hello, how can I help?<br>( 1m 10s ) Ann: It&#39;s broken:<br>see the lamp<br>"
    "( 1h 2m 3s ) Olga O: Solved<br>( 1h 3m 0s ) "
)


def key(name: str, number: int) -> str:
    return f"{PREFIX[name]}{number:012d}AAA"


def stamp(text: str) -> str:
    """`06-01 09:00` of 2026 as Salesforce writes it."""
    return f"2026-{text.replace(' ', 'T')}:00.000Z"


def put(api: FastAPI, name: str, number: int, at: str = "06-01 09:00", **more: Any) -> str:
    """Store a record, in place of the one with its id; the id."""
    record = {
        "Id": key(name, number),
        "IsDeleted": False,
        "CreatedDate": stamp(at),
        "LastModifiedDate": stamp(at),
        "SystemModstamp": stamp(at),
        **more,
    }
    held = api.state.records[name]
    held[:] = [each for each in held if each["Id"] != record["Id"]] + [record]
    return str(record["Id"])


def fill(api: FastAPI, contact: str) -> None:
    """Some of everything; `contact` is whose."""
    put(api, "User", 1, Name="Olga Owner", UserType="Standard", IsActive=True)
    put(api, "User", 2, Name="Mailer", UserType="AutomatedProcess", IsActive=True)
    put(api, "User", 3, Name="Ann", UserType="CspLitePortal", IsActive=True)
    for number, (word, closes) in enumerate((("New", 0), ("On Hold", 0), ("Closed", 1))):
        status = {"ApiName": word, "MasterLabel": word, "IsClosed": bool(closes)}
        api.state.records["CaseStatus"].append({"Id": f"01J{number:012d}AAA", **status})
    open_ = {"Status": "New", "IsClosed": False, "OwnerId": QUEUE, "Owner.Name": "Tier 2"}
    shut = {"Status": "Closed", "IsClosed": True, "OwnerId": AGENT, "Owner.Name": "Olga Owner"}
    # By mail: the first mail is in the description, too.
    mailed = put(api, "Case", 1, Origin="Email", Description="It broke", **open_, Priority="Medium")
    api.state.records["Case"][-1] |= {"SuppliedEmail": "Joe@x.example", "SuppliedName": "Joe"}
    web = {"Origin": "Web", "Description": "Where is it?", "ContactId": contact, "Type": "Order"}
    asked = put(api, "Case", 2, **web, **shut, ClosedDate=stamp("06-02 10:00"))
    put(api, "Case", 3, IsDeleted=True, MasterRecordId=asked, Origin="Web", **open_)
    mail = {"ParentId": mailed, "MessageDate": stamp("06-01 09:00"), "Status": "0"}
    said = "Thanks, no.\n\nOn Mon, Jun 1, 2026 at 9:00 AM Help <h@f.example> wrote:\n> Try it\n"
    put(api, "EmailMessage", 1, **mail, Incoming=True, TextBody="It broke", CreatedById=MACHINE)
    put(api, "EmailMessage", 2, **mail, Incoming=False, HtmlBody="<p>Try&nbsp;it</p>",
        CreatedById=AGENT, ActivityId=key("Task", 3))  # fmt: skip
    put(api, "EmailMessage", 3, **mail, Incoming=True, TextBody=said, CreatedById=MACHINE)
    put(api, "EmailMessage", 4, **mail, Incoming=True, TextBody="I am away", CreatedById=MACHINE,
        Headers="From: joe@x.example\nAuto-Submitted: auto-replied\n")  # fmt: skip
    put(api, "EmailMessage", 5, **mail | {"Status": "5"}, Incoming=False, TextBody="a draft")
    done = {"IsClosed": True, "Status": "Completed", "OwnerId": AGENT, "CreatedById": AGENT}
    call = {"TaskSubtype": "Call", "CallType": "Inbound", "CallDurationInSeconds": 90}
    put(api, "Task", 1, "06-01 10:00", **done, **call, WhatId=asked, Description="Asked for news")
    put(api, "Task", 2, "06-01 10:00", **done, **call, WhoId=contact, Subject="Call")
    put(api, "Task", 3, **done, TaskSubtype="Email", WhatId=mailed, Description="Try it")
    logged = "To: ann@acme.example\nCC:\n\nSubject: Order\nBody:\nIt is on its way."
    put(api, "Task", 4, **done, TaskSubtype="Email", WhatId=asked, Description=logged)
    put(api, "Task", 5, **done | {"IsClosed": False}, **call, WhoId=contact, Subject="planned")
    put(api, "Task", 6, **done, **call, WhoId=contact, WhatId=key("Opportunity", 1))
    put(api, "Task", 7, "06-01 10:00", **done, **call, WhoId=contact, IsArchived=True,
        CallDisposition="Left voicemail")  # fmt: skip
    put(api, "Opportunity", 1, Name="Renewal", Amount=1200, StageName="Won", IsWon=True)
    chat = {"OwnerId": AGENT, "StartTime": stamp("06-01 07:00"), "EndTime": stamp("06-01 08:04")}
    put(api, "MessagingSession", 1, **chat, Status="Ended", ChannelType="EmbeddedMessaging",
        AgentType="Bot", EndUserContactId=contact)  # fmt: skip
    put(api, "MessagingSession", 2, **chat, Status="Ended", CaseId=asked)
    put(api, "LiveChatTranscript", 1, **chat, Status="Completed", Body=BODY, ContactId=contact)
    change = {"CaseId": mailed, "CreatedById": AGENT}
    for number, (field, old, new) in enumerate(
        (("created", "", ""), ("Status", "On Hold", "New"), ("Priority", "Low", "Medium"),
         ("Owner", "Olga Owner", "Tier 2"), ("Owner", AGENT, QUEUE)), 1
    ):  # fmt: skip
        put(api, "CaseHistory", number, Field=field, OldValue=old, NewValue=new, **change)
