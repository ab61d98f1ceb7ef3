"""Put the bundle, the readers' roles and the row filters into Superset; run where it is installed.

    python set_up.py bundle/ access.yml ADMIN

May be run again at any time: parts are known by UUID, roles and filters by name, and what was there
under them is replaced. ADMIN is the user in whose name it is done.
"""

import sys
from pathlib import Path

import yaml
from superset.app import create_app

# Looking at dashboards, and at the rows behind a chart; no SQL, nothing saved or changed.
LOOK = {
    ("can_read", "Dashboard"),
    ("can_read", "Chart"),
    ("can_read", "Dataset"),
    ("can_get_drill_info", "Dataset"),
    ("can_dashboard", "Superset"),
    ("can_slice", "Superset"),
    ("can_explore_json", "Superset"),
    ("can_get", "Datasource"),
    ("can_read", "DashboardFilterStateRestApi"),
    ("can_write", "DashboardFilterStateRestApi"),
    ("can_time_range", "Api"),
    ("can_query", "Api"),
    ("can_query_form_data", "Api"),
    ("can_read", "CssTemplate"),
    ("can_read", "Theme"),
    ("can_read", "CurrentUserRestApi"),
    ("can_read", "Annotation"),
    ("can_userinfo", "UserDBModelView"),
    ("resetmypassword", "UserDBModelView"),
    ("can_csv", "Superset"),
    ("can_drill", "Dashboard"),
    ("menu_access", "Dashboards"),
}


def bring_in(folder: Path) -> None:
    """Import every database, dataset, chart and dashboard; all of them or none."""
    from superset.commands.importers.v1.assets import ImportAssetsCommand

    contents = {
        str(file.relative_to(folder)): file.read_text() for file in sorted(folder.rglob("*.yaml"))
    }
    ImportAssetsCommand(contents).run()


def let_in(asked: dict) -> None:
    """Make each role of `access.yml`: what it may look at, and of which teams it sees the rows."""
    from superset import db, security_manager
    from superset.connectors.sqla.models import RowLevelSecurityFilter, SqlaTable
    from superset.models.dashboard import Dashboard
    from superset.utils.core import RowLevelSecurityFilterType

    tables = db.session.query(SqlaTable).all()
    for name, wanted in asked.items():
        slugs = [f"heedline-{page}" for page in wanted["pages"]]
        pages = db.session.query(Dashboard).filter(Dashboard.slug.in_(slugs)).all()
        if len(pages) < len(slugs):
            raise SystemExit(f"access.yml: {name}: not all of {', '.join(slugs)} are dashboards")
        # A team sees what can be told apart by team, and nothing else.
        teams = wanted.get("teams")
        shown = {slice_.datasource for page in pages for slice_ in page.slices}
        if teams:
            shown = {table for table in shown if "team" in table.column_names}
        role = security_manager.add_role(name)
        looks = [security_manager.add_permission_view_menu(*look) for look in sorted(LOOK)]
        looks += [
            security_manager.add_permission_view_menu("datasource_access", table.perm)
            for table in shown
        ]
        role.permissions = looks
        filter_name = f"{name}: own teams"
        found = db.session.query(RowLevelSecurityFilter).filter_by(name=filter_name).one_or_none()
        if found:
            db.session.delete(found)
            db.session.flush()
        if teams:
            values = ", ".join("'" + team.replace("'", "''") + "'" for team in teams)
            own = RowLevelSecurityFilter(
                name=filter_name,
                filter_type=RowLevelSecurityFilterType.REGULAR,
                clause=f"team in ({values})",
                tables=[table for table in tables if "team" in table.column_names],
                roles=[role],
            )
            db.session.add(own)
    db.session.commit()


def main() -> None:
    bundle, access, admin = sys.argv[1:]
    with create_app().app_context():
        from superset import security_manager
        from superset.utils.core import override_user

        with override_user(security_manager.find_user(admin)):
            bring_in(Path(bundle))
            let_in(yaml.safe_load(Path(access).read_text()) or {})
    sys.stdout.write("superset: bundle and access are in place\n")


if __name__ == "__main__":
    main()
