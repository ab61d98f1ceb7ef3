"""The sample Connect instance, asked by boto3 itself: signatures, searches and their cap, files."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from sample.servers import serve
from sample.servers.amazon_connect import INSTANCE, KEYS, Instance, app

ONCE = Config(retries={"mode": "standard", "total_max_attempts": 1})


@pytest.fixture(scope="module")
def instance() -> Instance:
    instance = Instance(page=2, cap=3)
    for number in range(5):
        at = f"2026-06-0{number + 1}T09:00:00.250+00:00"
        row = {"Id": f"c{number}", "Channel": "VOICE", "InitiationTimestamp": at}
        instance.put(row | {"DisconnectTimestamp": at, "LastUpdateTimestamp": at})
    instance.files["Analysis/a:1.json"] = ("2026-06-01T10:00:00.000Z", b"{}")
    return instance


@pytest.fixture(scope="module")
def address(instance: Instance) -> Iterator[str]:
    port, stop = serve("amazon_connect", app(instance))
    yield f"http://127.0.0.1:{port}"
    stop()


def client(address: str, service: str = "connect", secret: str = KEYS[1]) -> Any:
    return boto3.client(
        service,
        endpoint_url=address,
        region_name="eu-central-1",
        aws_access_key_id=KEYS[0],
        aws_secret_access_key=secret,
        config=ONCE,
    )


def stretch(first: int, last: int) -> dict[str, Any]:
    begin, end = (datetime(2026, 6, day, tzinfo=UTC) for day in (first, last))
    return {"Type": "DISCONNECT_TIMESTAMP", "StartTime": begin, "EndTime": end}


def test_a_search_counts_all_but_gives_only_so_many(address: str) -> None:
    asked: dict[str, Any] = {"InstanceId": INSTANCE, "TimeRange": stretch(1, 30)}
    first = client(address).search_contacts(**asked)
    second = client(address).search_contacts(**asked, NextToken=first["NextToken"])
    assert first["TotalCount"] == 5
    assert [row["Id"] for row in first["Contacts"] + second["Contacts"]] == ["c0", "c1", "c2"]
    assert "NextToken" not in second


def test_a_search_keeps_to_its_stretch_and_boto_reads_the_instants(address: str) -> None:
    found = client(address).search_contacts(InstanceId=INSTANCE, TimeRange=stretch(2, 3))
    (row,) = found["Contacts"]
    assert row["DisconnectTimestamp"] == datetime(2026, 6, 2, 9, 0, 0, 250_000, tzinfo=UTC)
    described = client(address).describe_contact(InstanceId=INSTANCE, ContactId=row["Id"])
    assert described["Contact"]["LastUpdateTimestamp"] == row["DisconnectTimestamp"]


def test_files_are_listed_by_prefix_and_read(address: str) -> None:
    s3 = client(address, "s3")
    listed = s3.list_objects_v2(Bucket="sample-bucket", Prefix="Analysis/a:")["Contents"]
    assert [file["Key"] for file in listed] == ["Analysis/a:1.json"]
    assert s3.get_object(Bucket="sample-bucket", Key="Analysis/a:1.json")["Body"].read() == b"{}"


@pytest.mark.parametrize(
    ("service", "operation", "asked"),
    [
        ("connect", "describe_contact", {"InstanceId": INSTANCE, "ContactId": "c1"}),
        ("s3", "list_objects_v2", {"Bucket": "sample-bucket"}),
    ],
)
def test_a_request_signed_with_another_secret_is_refused(
    address: str, service: str, operation: str, asked: dict[str, Any]
) -> None:
    wrong = client(address, service, "another-secret")
    with pytest.raises(ClientError, match=r"403|InvalidSignature"):
        getattr(wrong, operation)(**asked)


def test_what_is_not_there_and_what_is_too_much_have_awss_names(
    instance: Instance, address: str
) -> None:
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client(address).describe_contact(InstanceId=INSTANCE, ContactId="nobody")
    instance.throttled = 1
    with pytest.raises(ClientError, match="TooManyRequestsException"):
        client(address).describe_contact(InstanceId=INSTANCE, ContactId="c1")
