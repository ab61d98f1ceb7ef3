"""The call list that is delivered as it is shipped comes back with its columns filled in."""

import csv
from datetime import timedelta

from outreach.delivery.send import deliver
from outreach.delivery.targets import FILE, FileTarget, read_targets
from outreach.outcomes import read_file
from tests.outreach.delivery.house import NOW, House
from warehouse.credentials import Credentials


def test_a_delivered_list_is_filled_in_and_imported() -> None:
    house = House()
    shipped = read_targets(FILE).targets["call_list"]
    assert isinstance(shipped, FileTarget)
    target = shipped.model_copy(update={"enabled": True, "kind": "csv"})
    deliver(target, lambda: Credentials(base_url=""), clock=lambda: NOW).require()
    [path] = target.path.glob("*.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["Status"] for row in rows] == ["", "", ""]
    rows[0] |= {"Status": "Done", "Done at": "2026-07-01 09:30", "Done how": "Phone"}
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)

    assert read_file(path, NOW + timedelta(days=2)).counts == {"new": 1, "empty": 2}
    found = house.read("select customer_id, status, action from outreach.outcomes")
    assert found == [("c1", "done", "phone")]
