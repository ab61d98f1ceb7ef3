"""The few calls of Airflow's REST API (v2) that running a round needs."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

_TRIES, _PAUSE_SECONDS = 50, 0.2
_AT = ("logical_date_gte", "logical_date_lte")


class Refused(RuntimeError):
    """Airflow does not do what was asked; the text says why."""


class AirflowApi:
    """A client signed in on the loopback API server.

    Raises:
        httpx.HTTPError: the server is gone or refuses.
    """

    def __init__(self, base_url: str) -> None:
        self._http = httpx.Client(base_url=base_url, timeout=30, trust_env=False)

    def ready(self) -> bool:
        """Does the server answer yet?"""
        try:
            return self._http.get("/api/v2/version").status_code == 200
        except httpx.TransportError:
            return False

    def sign_in(self) -> None:
        token = self._http.get("/auth/token").raise_for_status().json()["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

    def _get(self, path: str, **params: Any) -> dict[str, Any]:
        body: dict[str, Any] = self._http.get(path, params=params).raise_for_status().json()
        return body

    def dag_ids(self, since: datetime | None = None) -> set[str]:
        """DAGs that Airflow has parsed, at any time or since then.

        Those that a session before had, and this one has not, are known for minutes still.
        """
        found: list[dict[str, Any]] = []
        while True:
            answer = self._get("/api/v2/dags", limit=100, offset=len(found), order_by="dag_id")
            found += answer["dags"]
            if not answer["dags"] or len(found) >= answer["total_entries"]:
                break
        return {
            dag["dag_id"]
            for dag in found
            if since is None
            or (dag["last_parsed_time"] and datetime.fromisoformat(dag["last_parsed_time"]) > since)
        }

    def import_errors(self) -> list[str]:
        errors = self._get("/api/v2/importErrors")["import_errors"]
        return [f"{e['filename']}: {e['stack_trace'].strip().splitlines()[-1]}" for e in errors]

    def make_pool(self, name: str, slots: int) -> None:
        """Create a pool, or set its slots."""
        pool = {"name": name, "slots": slots, "include_deferred": False}
        answer = self._http.post("/api/v2/pools", json=pool)
        if answer.status_code == 409:
            answer = self._http.patch(f"/api/v2/pools/{name}", json=pool)
        answer.raise_for_status()

    def forget_unfinished(self) -> None:
        """Remove runs and queued asset events that an earlier, killed session left open.

        A running one is put back into the queue first, where it can be deleted. Failing it would
        keep it running for its teardown task, which would report a round that is over.
        """
        for state in ("running", "queued"):
            runs = self._get("/api/v2/dags/~/dagRuns", state=state, limit=500)["dag_runs"]
            for run in runs:
                path = f"/api/v2/dags/{run['dag_id']}/dagRuns/{run['dag_run_id']}"
                if state == "running":
                    self._http.patch(path, json={"state": "queued"}).raise_for_status()
                self._http.delete(path).raise_for_status()
        for dag_id in self.dag_ids():
            gone = self._http.delete(f"/api/v2/dags/{dag_id}/assets/queuedEvents")
            if gone.status_code != 404:
                gone.raise_for_status()

    def trigger(self, dag_id: str, run_id: str, conf: dict[str, Any]) -> None:
        body = {"dag_run_id": run_id, "logical_date": None, "conf": conf}
        self._http.post(f"/api/v2/dags/{dag_id}/dagRuns", json=body).raise_for_status()

    def runs_since(self, since: datetime) -> list[dict[str, Any]]:
        """DAG runs queued at or after `since`, oldest first."""
        stamp = since.astimezone(UTC).isoformat()
        answer = self._get(
            "/api/v2/dags/~/dagRuns", run_after_gte=stamp, order_by="run_after", limit=500
        )
        runs: list[dict[str, Any]] = answer["dag_runs"]
        return runs

    def tasks(self, run_ids: set[str]) -> list[dict[str, Any]]:
        """Tasks of the DAG runs with these ids, by their start: one question for all of them."""
        found: list[dict[str, Any]] = []
        while run_ids:
            answer = self._get(
                "/api/v2/dags/~/dagRuns/~/taskInstances",
                run_id_prefix_pattern="|".join(sorted(run_ids)),
                order_by="start_date",
                limit=100,
                offset=len(found),
            )
            found += answer["task_instances"]
            if len(found) >= answer["total_entries"] or not answer["task_instances"]:
                break
        return [task for task in found if task["dag_run_id"] in run_ids]

    def result(self, dag_id: str, run_id: str, task_id: str) -> Any:
        """What a task returned; None where it returned nothing."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}"
        answer = self._http.get(f"{path}/xcomEntries/return_value", params={"deserialize": "true"})
        if answer.status_code == 404:
            return None
        return answer.raise_for_status().json()["value"]

    def start_backfill(self, dag_id: str, begin: datetime) -> int:
        """Make Airflow run the one window that begins there, if it is new or has failed; the id.

        Raises:
            Refused: Airflow does not make it; the text says why.
        """
        body = {
            "dag_id": dag_id,
            "from_date": begin.isoformat(),
            "to_date": (begin + timedelta(seconds=1)).isoformat(),
            "reprocess_behavior": "failed",
            "max_active_runs": 1,
        }
        for _ in range(_TRIES):
            answer = self._http.post("/api/v2/backfills", json=body)
            if answer.status_code != 503:
                break
            # On SQLite the scheduler wrote meanwhile. What was made of it stays open, without runs.
            for left in self.open_backfills(dag_id):
                self.cancel_backfill(left["id"])
            time.sleep(_PAUSE_SECONDS)
        if answer.status_code in {400, 404, 409, 422, 503}:
            raise Refused(str(answer.json()["detail"]))
        return int(answer.raise_for_status().json()["id"])

    def open_backfills(self, dag_id: str) -> list[dict[str, Any]]:
        """Backfills of a DAG that are not over."""
        answer = self._get("/api/v2/backfills", dag_id=dag_id, order_by="-id", limit=100)
        return [each for each in answer["backfills"] if not each["completed_at"]]

    def cancel_backfill(self, number: int) -> bool:
        """Start no further window of it (one that runs is ended by its end); was it still open?"""
        answer = self._http.put(f"/api/v2/backfills/{number}/cancel")
        if answer.status_code == 409:  # over meanwhile
            return False
        answer.raise_for_status()
        return True

    def was_cancelled(self, number: int) -> bool:
        """Whether somebody ended it; Airflow itself ends it without a pause."""
        return bool(self._get(f"/api/v2/backfills/{number}")["is_paused"])

    def windows(self, dag_id: str, begin: datetime | None = None) -> list[dict[str, Any]]:
        """All runs of a backfill's DAG, oldest window first, or those of the window given.

        One that was cancelled before it began has the state `cancelled`; Airflow says `failed`.
        """
        only = {} if begin is None else dict.fromkeys(_AT, begin.isoformat())
        found: list[dict[str, Any]] = []
        while True:
            answer = self._get(
                f"/api/v2/dags/{dag_id}/dagRuns",
                order_by="logical_date",
                limit=100,
                offset=len(found),
                **only,
            )
            found += answer["dag_runs"]
            if not answer["dag_runs"] or len(found) >= answer["total_entries"]:
                break
        never_began = {"state": "cancelled"}
        return [
            run | never_began if run["state"] == "failed" and not run["start_date"] else run
            for run in found
        ]

    def log(self, dag_id: str, run_id: str, task_id: str, attempt: int) -> list[dict[str, Any]]:
        """Structured log records of one try of a task."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/logs/{attempt}"
        records: list[dict[str, Any]] = self._get(path, full_content="true").get("content", [])
        return [r for r in records if isinstance(r, dict)]
