"""Survey tools."""

from tests.dbt_project.raw.rows import rows

SURVEY = {
    "responses": rows(
        "token response_type landed_at submitted_at declared_survey_type declared_score hidden",
        ("t1", "completed", "2026-05-01T09:00:00Z", "2026-05-01T09:01:00Z", "nps", 9.0,
         {"email": "ann@x.example", "conversation_source": "zendesk", "conversation_id": "100"}),
        ("t2", "completed", "2026-05-02T09:00:00Z", "2026-05-02T09:01:00Z", "nps", 2.0,
         {"email": "ann@x.example", "name": "Ann"}),
    )
}  # fmt: skip

SURVEYMONKEY = {
    "responses": rows(
        "id response_status date_created date_modified declared_survey_type declared_score "
        "email_address first_name custom_variables",
        ("r1", "completed", "2026-05-01T09:00:00+00:00", "2026-05-01T09:01:00+00:00", "nps", 9.0,
         "ann@x.example", "Ann", {"conversation_source": "zendesk", "conversation_id": "100"}),
        ("r2", "partial", "2026-05-02T09:00:00+00:00", "2026-05-02T09:01:00+00:00", "nps", 2.0,
         None, None, {"email": "ann@x.example", "name": "Ann Lee"}),
    )
}  # fmt: skip

QUALTRICS = {
    "responses": rows(
        "response_id finished start_date recorded_date declared_survey_type declared_score "
        "recipient_email recipient_first_name values",
        ("R_1", 1, "2026-05-01T09:00:00Z", "2026-05-01T09:01:00Z", "csat", 4.0,
         "ann@x.example", "Ann", {"conversation_source": "zendesk", "conversation_id": "100"}),
        ("R_2", 0, "2026-05-02T09:00:00Z", "2026-05-02T09:01:00Z", "csat", 2.0,
         None, None, {"email": "ann@x.example", "name": "Ann Lee"}),
    )
}  # fmt: skip

DELIGHTED = {
    "responses": rows(
        "id name email phone declared_created_at declared_updated_at declared_survey_type "
        "declared_score declared_comment properties",
        ("1", "Ann", "ann@x.example", None, "2026-05-01T09:00:00Z", "2026-05-01T09:01:00Z", "nps",
         9.0, "good", {"conversation_source": "zendesk", "conversation_id": "100"}),
        ("2", None, None, "+15550001", "2026-05-02T09:00:00Z", "2026-05-02T09:01:00Z", "nps",
         2.0, None, {}),
    )
}  # fmt: skip
