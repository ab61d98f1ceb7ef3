"""Runs in Superset's own environment, as a browser would ask: what its API answers, as JSON.

Reads one JSON object a line from standard input, {"user", "password"} and one of
  "charts": true                                    every chart, by its saved query
  "ask": {"dataset", "columns", "metrics", "filters"}  a query of our own
and answers each with one line that begins with ANSWER.
"""

import json
import sys

from superset.app import create_app

MARK = "ANSWER "


def _headers(client, asked):
    body = {key: asked[key] for key in ("user", "password")}
    answer = client.post(
        "/api/v1/security/login",
        json={"username": body["user"], "password": body["password"], "provider": "db"},
    )
    return {"Authorization": f"Bearer {answer.json['access_token']}"}


def _charts(client, headers):
    from superset import db
    from superset.models.slice import Slice

    found = {}
    with client.application.app_context():
        known = [(chart.id, str(chart.uuid)) for chart in db.session.query(Slice).all()]
    for chart_id, uuid in known:
        answer = client.get(f"/api/v1/chart/{chart_id}/data/", headers=headers)
        found[uuid] = _read(answer)
    return found


def _ask(client, headers, asked):
    from superset import db
    from superset.connectors.sqla.models import SqlaTable

    with client.application.app_context():
        (table,) = db.session.query(SqlaTable).filter_by(table_name=asked["dataset"]).all()
        table_id = table.id
    query = {
        "columns": asked.get("columns", []),
        "metrics": asked["metrics"],
        "filters": asked.get("filters", []),
        "orderby": [],
        "row_limit": 1000,
    }
    body = {"datasource": {"id": table_id, "type": "table"}, "queries": [query]}
    return _read(client.post("/api/v1/chart/data", json=body, headers=headers))


def _read(answer):
    if answer.status_code != 200:
        return {"error": f"{answer.status_code} {answer.get_data(as_text=True)[:2000]}"}
    (result,) = answer.json["result"]
    return {"error": result["error"], "rows": result["data"], "sql": result["query"]}


def main():
    app = create_app()
    for line in sys.stdin:
        asked = json.loads(line)
        with app.test_client() as client:
            headers = _headers(client, asked)
            if "charts" in asked:
                said = _charts(client, headers)
            else:
                said = _ask(client, headers, asked["ask"])
        sys.stdout.write(f"{MARK}{json.dumps(said)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
