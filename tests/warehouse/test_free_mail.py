"""The list of free mail domains reaches the warehouse once, and heals."""

from pathlib import Path

from warehouse.duck import warehouse
from warehouse.free_mail import write_free_mail_domains


def test_the_packages_list_is_written_once_and_mended(tmp_path: Path) -> None:
    with warehouse(path=tmp_path / "w.duckdb") as connection:
        write_free_mail_domains(connection)
        first = connection.execute(
            "select count(*), count(distinct domain) from ops.free_mail_domains"
        ).fetchone()
        connection.execute("delete from ops.free_mail_domains where domain = 'gmail.com'")
        connection.execute("insert into ops.free_mail_domains values ('acme.example'), ('web.de')")
        write_free_mail_domains(connection)
        second = connection.execute(
            "select count(*), count(distinct domain) from ops.free_mail_domains"
        ).fetchone()
        known = connection.execute(
            "select domain from ops.free_mail_domains "
            "where domain in ('gmail.com', 'outlook.com', 'web.de', 'acme.example') order by domain"
        ).fetchall()
    assert first is not None
    assert first[0] > 1000
    assert first == second
    assert known == [("gmail.com",), ("outlook.com",), ("web.de",)]
