"""Salesforce's service objects, empty until somebody fills them, and what the REST API says of any.

`app.state.records["Case"]` and its like hold records as dictionaries; `app.state.hidden` names
objects (`Task`) and fields (`Case.Reason`) that the login does not see.
"""

from typing import Any

_HEAD = "Id IsDeleted CreatedDate LastModifiedDate SystemModstamp "
FIELDS = {
    "Case": _HEAD + "MasterRecordId CaseNumber AccountId ContactId SuppliedName SuppliedEmail "
    "SuppliedPhone Origin Status IsClosed Priority Type Reason Subject Description OwnerId "
    "Owner.Name CreatedById ClosedDate",
    "EmailMessage": _HEAD + "ParentId ActivityId CreatedById Incoming FromAddress FromName "
    "ToAddress CcAddress Subject TextBody HtmlBody Headers MessageIdentifier MessageDate Status",
    "Task": _HEAD + "WhoId WhatId AccountId OwnerId CreatedById TaskSubtype CallType IsArchived "
    "CallDurationInSeconds CallDisposition Status IsClosed Subject Description ActivityDate "
    "CompletedDateTime",
    "Opportunity": _HEAD + "AccountId ContactId OwnerId Owner.Name Name Type StageName IsClosed "
    "IsWon Probability Amount CloseDate",
    "MessagingSession": _HEAD + "Name CaseId EndUserContactId EndUserAccountId OwnerId "
    "ChannelType Origin AgentType Status StartTime AcceptTime EndTime",
    "LiveChatTranscript": _HEAD + "Name CaseId ContactId Contact.Name AccountId OwnerId Body "
    "Status RequestTime StartTime EndTime EndedBy",
    "CaseHistory": "Id IsDeleted CaseId Field OldValue NewValue CreatedById CreatedDate",
    "User": "Id Name Email UserType UserRole.Name TimeZoneSidKey IsActive CreatedDate "
    "LastModifiedDate SystemModstamp",
    "CaseStatus": "Id ApiName MasterLabel IsClosed",
}


def described(name: str, fields: list[str]) -> dict[str, Any]:
    """What a describe says of an object with these fields (`Owner.Name`: by its relationship)."""
    own = [
        {
            "name": field,
            "type": "reference" if field.endswith("Id") and field != "Id" else "string",
            "relationshipName": field.removesuffix("Id") if field.endswith("Id") else None,
        }
        for field in fields
        if "." not in field
    ]
    parents = {field.partition(".")[0] for field in fields if "." in field}
    lacking = parents - {field["relationshipName"] for field in own}
    own += [{"name": f"{one}Id", "type": "reference", "relationshipName": one} for one in lacking]
    return {"name": name, "queryable": True, "fields": own}
