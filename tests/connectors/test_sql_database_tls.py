"""A database that speaks TLS: whose certificate is taken, and what is said of one that is not.

The server of the wheel was built without TLS; these run where the system has one (Debian's
`postgresql` does).
"""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from connectors.contract import Credentials, SourceError
from connectors.sql_database.database import engine, session
from connectors.sql_database.source import source
from tests.connectors.slices import extract
from tests.publish.postgres_server import Server, running

Key = ec.EllipticCurvePrivateKey


def _programs() -> Path | None:
    """Of a PostgreSQL with TLS."""
    for found in (shutil.which("pg_config"), *Path("/usr/lib/postgresql").glob("*/bin/pg_config")):
        if found is None or not Path(found).resolve().with_name("initdb").exists():
            continue
        built = subprocess.run([found, "--configure"], capture_output=True, text=True, check=False)
        if "openssl" in built.stdout:
            return Path(found).resolve().parent
    return None


PROGRAMS = _programs()
pytestmark = pytest.mark.skipif(PROGRAMS is None, reason="needs a PostgreSQL that speaks TLS")


def certified(subject: str, by: tuple[str, Key] | None = None) -> tuple[str, Key]:
    """A certificate (PEM) and its key: an authority's, or for 127.0.0.1 by an authority."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    issuer, signer = (name, key)
    if by:
        issuer, signer = x509.load_pem_x509_certificate(by[0].encode()).subject, by[1]
    made = x509.CertificateBuilder(
        issuer_name=issuer,
        subject_name=name,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - timedelta(days=1),
        not_valid_after=now + timedelta(days=1),
    ).add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
    if by:
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        made = made.add_extension(names, critical=False)
    return made.sign(signer, hashes.SHA256()).public_bytes(Encoding.PEM).decode(), key


@dataclass(frozen=True)
class House:
    """A server whose certificate is by `ours`; `theirs` is an authority it knows nothing of."""

    server: Server
    ours: Path
    theirs: Path

    def credentials(self, host: str = "127.0.0.1", **extra: Any) -> Credentials:
        return Credentials(
            base_url=f"postgresql://{host}:{self.server.port}",
            login="postgres",
            password=self.server.password,
            database="bi",
            extra={name: str(value) for name, value in extra.items()},
        )


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder, ours = tmp_path_factory.mktemp("authorities"), certified("Ours")
    (folder / "ours.pem").write_text(ours[0])
    (folder / "theirs.pem").write_text(certified("Theirs")[0])
    certificate, key = certified("db", by=ours)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    files = {"server.crt": certificate, "server.key": pem}
    with running(PROGRAMS, files, ("ssl=on",)) as server:
        server.execute("create table staff as select 'a' as id, 'Ann' as name")
        yield House(server, folder / "ours.pem", folder / "theirs.pem")


def test_with_the_right_authority_rows_come_over_tls(house: House, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.yml"
    staff = {"table": "staff", "columns": {"agent_id": "id", "name": "name"}}
    mapping.write_text(yaml.safe_dump({"system": "shop", "tables": {"agents": staff}}))
    there = house.credentials(sslmode="verify-full", sslrootcert=house.ours)
    assert extract("sql_database", source(there, str(mapping))) == {"agents": 1}
    with session(engine(there), "staff") as connection:
        asked = "select ssl from pg_stat_ssl where pid = pg_backend_pid()"
        assert connection.exec_driver_sql(asked).scalar_one() is True


def test_a_certificate_of_a_foreign_authority_is_refused(house: House) -> None:
    for mode in ("verify-ca", "verify-full"):
        refused(house, house.credentials(sslmode=mode, sslrootcert=house.theirs))


def test_a_certificate_for_another_name_is_refused_where_names_are_checked(house: House) -> None:
    refused(house, house.credentials("localhost", sslmode="verify-full", sslrootcert=house.ours))
    there = house.credentials("localhost", sslmode="verify-ca", sslrootcert=house.ours)
    with session(engine(there), "staff") as connection:
        assert connection.exec_driver_sql("select count(*) from staff").scalar_one() == 1


def test_an_authority_that_is_not_there_is_told_apart_from_a_dead_server(house: House) -> None:
    missing = house.ours.with_name("missing.pem")
    refused(house, house.credentials(sslmode="verify-full", sslrootcert=missing))


def refused(house: House, there: Credentials) -> None:
    said = "staff: no trusted TLS connection.*check host, sslmode and sslrootcert in connection"
    with pytest.raises(SourceError, match=said) as caught, session(engine(there), "staff"):
        pass
    assert "\n" not in str(caught.value)
    assert house.server.password not in str(caught.value)
