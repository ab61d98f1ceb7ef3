"""The sample company's texts and contacts as the redactor's tables, without a pipeline run."""

from pathlib import Path

import duckdb


def unify(connection: duckdb.DuckDBPyConnection, world: Path) -> None:
    """Make the tables of `intermediate` that redaction reads from the world's files."""
    connection.execute("create schema intermediate")
    for name in ("messages", "conversations", "calls", "surveys", "identities"):
        connection.execute(f"create temp view {name} as from '{world}/{name}.parquet'")
    connection.execute(
        """
        create table intermediate.int_contacts as
        select system as source_system, remote_id, name, null::varchar as given_name,
            null::varchar as surname, email, phone
        from identities;

        create table intermediate.int_conversations as
        select system as source_system, remote_id, identity_remote_id as contact_remote_id, subject
        from conversations;

        create table intermediate.int_messages as
        select messages.system as source_system, messages.remote_id, conversation_remote_id,
            author_type, case author_type when 'customer' then identity_remote_id end
                as author_remote_id, body, md5(nullif(body, '')) as text_hash
        from messages left join conversations
            on messages.system = conversations.system
            and messages.conversation_remote_id = conversations.remote_id;

        create table intermediate.int_survey_responses as
        select conversation_system as source_system, identity_remote_id as contact_remote_id,
            comment, md5(nullif(comment, '')) as comment_hash
        from surveys;

        create table intermediate.int_calls as
        select 'twilio' as source_system, conversation_remote_id, transcript from calls;
        """
    )
