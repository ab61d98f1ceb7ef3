"""Row-level security by example: who signs in sees the numbers of their own teams.

Whatever has no team stays closed to them, because it would tell of the other teams, too.
"""

from publish.destinations.powerbi.measures import column_ref, table_ref
from publish.destinations.powerbi.metrics import SemanticLayer
from publish.destinations.powerbi.model import ModelColumn, Relationship, Role, Table
from publish.destinations.powerbi.relationships import filtered_by

ROLE = "Own team"

_ABOUT = "Written by hand: fill it in (Transform data), or load it from where your teams are kept."
ACCESS = Table(
    "Team access",
    f"One row per person and team whose numbers they may see. {_ABOUT}",
    (
        ModelColumn("User", "User", "VARCHAR", "Name they sign in with.", is_hidden=True),
        ModelColumn("Team", "Team", "VARCHAR", "A team, as the source names it.", is_hidden=True),
    ),
    rows='#table(type table [User = text, Team = text], {{"lead@example.com", "Support"}})',
    is_hidden=True,
)


def own_team(
    team: str,
    tables: list[Table],
    relationships: tuple[Relationship, ...],
    layer: SemanticLayer,
) -> Role:
    """The role. `team`: table and column of teams.

    Tables that the teams filter need nothing of their own; those with a column of teams that is
    not related get the same rule; calendars and the other lists to slice by stay open.
    """
    mine = f"{column_ref(ACCESS.name, 'User')} = USERPRINCIPALNAME()"
    listed = f"FILTER({table_ref(ACCESS.name)}, {mine})"
    rows = f'SELECTCOLUMNS({listed}, "Team", {column_ref(ACCESS.name, "Team")})'
    open_to_all = {slicer.label for slicer in layer.slicers.values()} - {team}
    permissions = {}
    for table in tables:
        if table.levels or table.name in open_to_all:
            continue
        if table.name == ACCESS.name:
            permissions[table.name] = mine
        elif table.name == team:
            permissions[table.name] = f"{column_ref(team, team)} IN {rows}"
        elif team in filtered_by(table.name, relationships):
            continue
        elif "team" in {column.name for column in table.columns}:
            permissions[table.name] = f"{column_ref(table.name, 'team')} IN {rows}"
        else:
            permissions[table.name] = "FALSE()"
    about = "Sees the rows of their own teams: an example to build on."
    return Role(ROLE, about, tuple(sorted(permissions.items())))
