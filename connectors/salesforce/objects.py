"""The objects beside Account and Contact: what is asked of each, and which come along.

`channels.yml` names them (`objects`). Their resources have names in the plural: `case` and `user`
are words of SQL.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.contract import SourceError


@dataclass(frozen=True)
class SObject:
    """One object of the org.

    Attributes:
        moved: the time that moves with every change, and cannot be missing.
        needed: fields without which its rows mean nothing; all others may be hidden from the login.
        whole: read from the first record on, not from `start_at`.
        comes_along: nobody names it; an org that does not show it is read without.
        archived: old records are in no plain query.
    """

    name: str
    resource: str
    fields: tuple[str, ...]
    moved: str = "SystemModstamp"
    needed: tuple[str, ...] = ("Id",)
    whole: bool = False
    comes_along: bool = False
    archived: bool = False


def _fields(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_OBJECTS = (
    SObject(
        "Case",
        "cases",
        _fields(
            "Id IsDeleted MasterRecordId CaseNumber AccountId ContactId SuppliedName SuppliedEmail "
            "SuppliedPhone Origin Status IsClosed Priority Type Reason Subject Description OwnerId "
            "Owner.Name CreatedById CreatedDate ClosedDate LastModifiedDate SystemModstamp"
        ),
        needed=("Id", "IsDeleted", "Status", "IsClosed", "CreatedDate"),
    ),
    SObject(
        "EmailMessage",
        "email_messages",
        _fields(
            "Id IsDeleted ParentId ActivityId CreatedById Incoming FromAddress FromName ToAddress "
            "CcAddress Subject TextBody HtmlBody Headers MessageIdentifier MessageDate Status "
            "CreatedDate SystemModstamp"
        ),
        needed=("Id", "IsDeleted", "ParentId", "Incoming", "CreatedDate"),
    ),
    SObject(
        "Task",
        "tasks",
        _fields(
            "Id IsDeleted WhoId WhatId AccountId OwnerId CreatedById TaskSubtype CallType "
            "CallDurationInSeconds CallDisposition Status IsClosed Subject Description "
            "ActivityDate CompletedDateTime CreatedDate LastModifiedDate SystemModstamp"
        ),
        needed=("Id", "IsDeleted", "WhatId", "IsClosed", "CreatedDate"),
        archived=True,
    ),
    SObject(
        "Opportunity",
        "opportunities",
        _fields(
            "Id IsDeleted AccountId ContactId OwnerId Owner.Name Name Type StageName IsClosed "
            "IsWon Probability Amount CurrencyIsoCode CloseDate CreatedDate LastModifiedDate "
            "SystemModstamp"
        ),
        needed=("Id", "IsDeleted"),
    ),
    SObject(
        "MessagingSession",
        "messaging_sessions",
        _fields(
            "Id IsDeleted Name CaseId EndUserContactId EndUserAccountId OwnerId ChannelType Origin "
            "AgentType Status StartTime AcceptTime EndTime CreatedDate LastModifiedDate "
            "SystemModstamp"
        ),
        needed=("Id", "IsDeleted", "Status", "CreatedDate"),
    ),
    SObject(
        "LiveChatTranscript",
        "live_chat_transcripts",
        _fields(
            "Id IsDeleted Name CaseId ContactId Contact.Name AccountId OwnerId Body Status "
            "RequestTime StartTime EndTime EndedBy CreatedDate LastModifiedDate SystemModstamp"
        ),
        needed=("Id", "IsDeleted", "Status", "CreatedDate"),
    ),
)
BY_NAME = {each.name: each for each in _OBJECTS}

_HISTORY = SObject(
    "CaseHistory",
    "case_histories",
    _fields("Id IsDeleted CaseId Field OldValue NewValue CreatedById CreatedDate"),
    moved="CreatedDate",
    needed=("Id", "IsDeleted", "CaseId", "Field", "OldValue", "NewValue"),
    comes_along=True,
)
_USER = SObject(
    "User",
    "users",
    _fields(
        "Id Name Email UserType UserRole.Name TimeZoneSidKey IsActive CreatedDate "
        "LastModifiedDate SystemModstamp"
    ),
    needed=("Id", "Name", "UserType"),
    whole=True,
    comes_along=True,
)


def chosen(names: Sequence[str]) -> list[SObject]:
    """The named objects and what comes along with them, each once.

    Raises:
        SourceError: a name is none of those that can be pulled.
    """
    for name in names:
        if name not in BY_NAME:
            where = "channels.yml: salesforce.settings.objects"
            remedy = f"write some of {', '.join(BY_NAME)}"
            raise SourceError("salesforce", where, f"no object {name!r}", remedy)
    found = [BY_NAME[name] for name in dict.fromkeys(names)]
    if "Case" in names:
        found.append(_HISTORY)
    if any(name != "Opportunity" for name in names):
        found.append(_USER)
    return found
