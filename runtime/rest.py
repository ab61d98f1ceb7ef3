"""The few calls of Airflow's REST API (v2) that running a round needs."""

from datetime import UTC, datetime
from typing import Any

import httpx


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

    def dag_ids(self) -> set[str]:
        """DAGs that Airflow has parsed."""
        found: list[str] = []
        while True:
            answer = self._get("/api/v2/dags", limit=100, offset=len(found), order_by="dag_id")
            found += [dag["dag_id"] for dag in answer["dags"]]
            if not answer["dags"] or len(found) >= answer["total_entries"]:
                return set(found)

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

    def start_backfill(self, dag_id: str, begin: datetime, last: datetime) -> int:
        """Make Airflow run every window that begins from `begin` to `last` and is not done; its id.

        Failed windows are run again, oldest first, one at a time.

        Raises:
            Refused: Airflow does not make it; the text says why.
        """
        body = {
            "dag_id": dag_id,
            "from_date": begin.isoformat(),
            "to_date": last.isoformat(),
            "reprocess_behavior": "failed",
            "max_active_runs": 1,
        }
        answer = self._http.post("/api/v2/backfills", json=body)
        if answer.status_code in {400, 404, 409, 422, 503}:
            raise Refused(str(answer.json()["detail"]))
        return int(answer.raise_for_status().json()["id"])

    def open_backfills(self, dag_id: str) -> list[dict[str, Any]]:
        """Backfills of a DAG that are not over."""
        answer = self._get("/api/v2/backfills", dag_id=dag_id, order_by="-id", limit=100)
        return [each for each in answer["backfills"] if not each["completed_at"]]

    def cancel_backfill(self, number: int) -> None:
        """Start no further window of it; one that runs is ended by its end."""
        answer = self._http.put(f"/api/v2/backfills/{number}/cancel")
        if answer.status_code != 409:  # over meanwhile
            answer.raise_for_status()

    def windows(self, dag_id: str) -> list[dict[str, Any]]:
        """All runs of a backfill's DAG, oldest window first."""
        found: list[dict[str, Any]] = []
        while True:
            answer = self._get(
                f"/api/v2/dags/{dag_id}/dagRuns",
                order_by="logical_date",
                limit=100,
                offset=len(found),
            )
            found += answer["dag_runs"]
            if not answer["dag_runs"] or len(found) >= answer["total_entries"]:
                return found

    def log(self, dag_id: str, run_id: str, task_id: str, attempt: int) -> list[dict[str, Any]]:
        """Structured log records of one try of a task."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/logs/{attempt}"
        records: list[dict[str, Any]] = self._get(path, full_content="true").get("content", [])
        return [r for r in records if isinstance(r, dict)]
