"""The few calls of Airflow's REST API (v2) that running a round needs."""

from datetime import UTC, datetime
from typing import Any

import httpx


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
        return {dag["dag_id"] for dag in self._get("/api/v2/dags", limit=200)["dags"]}

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

    def log(self, dag_id: str, run_id: str, task_id: str, attempt: int) -> list[dict[str, Any]]:
        """Structured log records of one try of a task."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/logs/{attempt}"
        records: list[dict[str, Any]] = self._get(path, full_content="true").get("content", [])
        return [r for r in records if isinstance(r, dict)]
