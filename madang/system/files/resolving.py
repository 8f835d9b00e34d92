"""From a request's folder and path to what is there: held, and in an opened folder wherever it lies in one."""

from contextlib import ExitStack
from dataclasses import dataclass, field

from madang.folders.beneath import Root, Way
from madang.folders.errors import FolderOpenedToRead
from madang.folders.service import Folders
from madang.folders.types import OpenedFolder
from madang.system.files.errors import BadPath, NoSuchPath, mapped
from madang.system.files.held import Spot
from madang.system.files.names import absolute_names_of, names_of
from madang.system.files.place import Place, place_of
from madang.system.files.trash import TRASH


@dataclass(slots=True)
class Resolver:
    """Resolves the paths of one request. All it holds is let go with `held`."""

    folders: Folders
    folder_id: str
    way: Way | None = None
    held: ExitStack = field(default_factory=ExitStack)
    _roots: dict[str, Root] = field(default_factory=dict)

    def spot(self, path: str, changes: bool = False, makes: bool = False) -> Spot:
        """Return what is at a path. With `changes` the folder must be opened to write. Raises our errors."""
        folder, names = self._where(path, makes)
        if names[:1] == (TRASH,):
            raise BadPath("the trash is not reached by its path", reason="trash")
        if changes and folder and folder.access != "write":
            raise FolderOpenedToRead("this folder was opened to be read")
        root = self.root(folder)
        if not names:
            return Spot(root, folder, names, None, None)
        place = place_of(root, names)
        self.held.enter_context(place.parent)
        return Spot(root, folder, names, place, place.look())

    def spot_to_make(self, path: str) -> Spot:
        """Return a path to be made, whose folders may be missing too: then its place is None."""
        folder, names = self._where(path, makes=True)
        try:
            return self.spot(path, changes=True, makes=True)
        except NoSuchPath:
            return Spot(self.root(folder), folder, names, None, None)

    def root(self, folder: OpenedFolder | None) -> Root:
        """Hold an opened folder, or the top of all; each is held once for a request. Raises our errors."""
        key = folder.id if folder else ""
        if key not in self._roots:
            with mapped("/"):
                root = self.folders.hold(folder.id, self.way) if folder else Root.hold("/", self.way)
            self._roots[key] = self.held.enter_context(root)
        return self._roots[key]

    def _where(self, path: str, makes: bool) -> tuple[OpenedFolder | None, tuple[str, ...]]:
        if self.folder_id:
            return self.folders.find(self.folder_id), names_of(path, makes)
        names = absolute_names_of(path, makes)
        folder = self.folders.around("/" + "/".join(names))
        if folder is None:
            return None, names
        return folder, names[len(absolute_names_of(folder.path)) :]


def place_at(spot: Spot) -> Place:
    """Return the place of a spot that can be changed. Raises `BadPath` for the opened folder itself."""
    if spot.place is None:
        raise BadPath("the folder itself cannot be changed", reason="root")
    return spot.place
