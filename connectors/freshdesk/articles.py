"""Solution articles hang in folders, these in other folders or categories: no list has them all."""

from collections.abc import Iterator

from connectors.freshdesk.paging import Api, Row


class Articles:
    """A walk over all folders.

    Attributes:
        promised: how many articles the folders passed so far say they hold.
    """

    def __init__(self, api: Api) -> None:
        self._api, self.promised = api, 0

    def pages(self) -> Iterator[list[Row]]:
        """Every article once, drafts too. Raises SourceError."""
        for categories in self._api.listed("solutions/categories"):
            for category in categories:
                yield from self._within(f"solutions/categories/{category['id']}/folders")

    def _within(self, path: str) -> Iterator[list[Row]]:
        for folders in self._api.listed(path):
            for folder in folders:
                self.promised += int(folder.get("articles_count") or 0)
                here = f"solutions/folders/{folder['id']}"
                yield from self._api.listed(f"{here}/articles")
                if folder.get("sub_folders_count"):
                    yield from self._within(f"{here}/subfolders")
