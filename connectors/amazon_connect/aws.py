"""AWS as the other connectors know a vendor: only the given host, bounded tries, one-line errors.

boto3 signs and parses; nothing of the machine's own AWS configuration is used: keys, region and
endpoint come from the Airflow connection alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import boto3
import orjson
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from connectors.contract import Credentials, SourceError

NAME = "amazon_connect"
NEXT_RUN = "nothing is lost; the next run goes on from here"
_AWS = re.compile(r"connect(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_LARGEST = 64 << 20
Row = dict[str, Any]


class Refused(SourceError):
    """AWS answered with an error. `code`: its name for it, such as `ResourceNotFoundException`."""

    def __init__(self, where: str, problem: str, remedy: str, code: str) -> None:
        super().__init__(NAME, where, problem, remedy)
        self.code = code


@dataclass(frozen=True)
class Aws:
    """The clients of one Connect instance.

    Attributes:
        instance: id of the Connect instance.
    """

    instance: str
    connect: Any
    lens: Any
    s3: Any

    def call(self, client: Any, operation: str, **asked: Any) -> Row:
        """One answer as plain values: instants are ISO 8601 text to the millisecond, in UTC.

        Raises:
            SourceError: it could not be had (`Refused` when AWS says why).
        """
        try:
            answer = getattr(client, operation)(**asked)
        except ClientError as error:
            raise _refused(operation, error) from None
        except BotoCoreError as error:
            problem = f"request failed ({type(error).__name__})"
            raise SourceError(NAME, operation, problem, NEXT_RUN) from None
        answer.pop("ResponseMetadata", None)
        plain: Row = _plain(answer)
        return plain

    def pages(self, client: Any, operation: str, key: str, **asked: Any) -> Iterator[list[Row]]:
        """Every page of a list. Raises SourceError, also when a page leads back to itself."""
        following: Row = {}
        while True:
            answer = self.call(client, operation, **asked, **following)
            yield answer.get(key) or []
            token = answer.get("NextToken")
            if not token:
                return
            if token == following.get("NextToken"):
                raise SourceError(NAME, operation, "the chain of pages leads back", NEXT_RUN)
            following = {"NextToken": token}

    def file(self, bucket: str, key: str) -> bytes:
        """A file of a bucket, whole. Raises SourceError, also above 64 MiB."""
        try:
            body = self.s3.get_object(Bucket=bucket, Key=key)["Body"]
            content: bytes = body.read(_LARGEST + 1)
        except ClientError as error:
            raise _refused("get_object", error) from None
        except BotoCoreError as error:
            problem = f"request failed ({type(error).__name__})"
            raise SourceError(NAME, "get_object", problem, NEXT_RUN) from None
        if len(content) > _LARGEST:
            raise SourceError(NAME, "get_object", "a transcript larger than 64 MiB", NEXT_RUN)
        return content


def open_aws(credentials: Credentials, attempts: int = 8) -> Aws:
    """Clients that ask nothing yet.

    Args:
        credentials: base_url = `https://connect.<region>.amazonaws.com`; login and password = the
            access key's id and secret; extra: `instance_id`, and where they are needed
            `session_token` and `region`. Any other host (an own endpoint) is asked for everything.

    Raises:
        SourceError: instance, keys or region are missing, or plain http beyond loopback.
    """
    where = f"connection heedline_{NAME}"
    url, extra = urlsplit(credentials.base_url), credentials.extra
    aws = _AWS.fullmatch(url.hostname or "")
    region = extra.get("region") or (aws.group(1) if aws else None)
    for missing, remedy in (
        (extra.get("instance_id"), "put the id of the Connect instance in its extra (instance_id)"),
        (credentials.login and credentials.password, "put an access key's id and secret in it"),
        (region, "write its host like https://connect.eu-central-1.amazonaws.com"),
        (
            url.scheme == "https" or (url.scheme == "http" and url.hostname in _LOOPBACK),
            "write its host with https",
        ),
    ):
        if not missing:
            raise SourceError(NAME, where, "is not complete", remedy)
    session = boto3.session.Session(
        aws_access_key_id=credentials.login,
        aws_secret_access_key=credentials.password,
        aws_session_token=extra.get("session_token"),
        region_name=region,
    )
    config = Config(
        retries={"mode": "standard", "total_max_attempts": attempts},
        connect_timeout=10,
        read_timeout=120,
        # Only the connection says whom to ask: no AWS_ENDPOINT_URL of the environment.
        ignore_configured_endpoint_urls=True,
        s3={"addressing_style": "virtual" if aws else "path"},
    )
    endpoint = None if aws else credentials.base_url

    def client(service: str) -> Any:
        return session.client(service, endpoint_url=endpoint, config=config)

    connect, lens = client("connect"), client("connect-contact-lens")
    for spoken in (connect, lens):
        spoken.meta.events.register("before-parse", _check_body)
    return Aws(str(extra["instance_id"]), connect, lens, client("s3"))


def _check_body(operation_model: Any, response_dict: Row, **_: Any) -> None:
    """Stop at an answer that is no JSON object, whole.

    boto3 takes one that is empty, cut off or a proxy's page for an answer without members: a list
    would be empty, and a page of words would go missing without a trace.
    """
    if response_dict["status_code"] >= 300:
        return
    try:
        if isinstance(orjson.loads(response_dict["body"]), dict):
            return
    except orjson.JSONDecodeError:
        pass
    operation = xform_name(operation_model.name)
    raise SourceError(NAME, operation, "answer is no JSON object", NEXT_RUN)


def _refused(operation: str, error: ClientError) -> Refused:
    # Never AWS's own message: it names accounts, users and keys.
    code = str(error.response.get("Error", {}).get("Code") or "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    if "Throttl" in code or code == "TooManyRequestsException" or status == 429:
        problem, remedy = "rate limit reached, also after several tries", NEXT_RUN
    elif code in {"UnrecognizedClientException", "InvalidSignatureException", "ExpiredToken",
                  "ExpiredTokenException", "InvalidAccessKeyId", "SignatureDoesNotMatch",
                  "InvalidClientTokenId"} or status == 401:  # fmt: skip
        problem, remedy = "credentials refused", f"renew the keys in connection heedline_{NAME}"
    elif "AccessDenied" in code or status == 403:
        problem, remedy = "access denied", f"grant what connectors/{NAME}/README.md names"
    else:
        problem, remedy = f"HTTP {status}", NEXT_RUN
    return Refused(operation, f"{problem} ({code})", remedy, code)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return instant(value) if isinstance(value, datetime) else value


def instant(moment: datetime) -> str:
    """`2026-06-30T00:00:00.000Z`, always as long, so that texts sort like instants."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
