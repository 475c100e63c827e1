"""What can go wrong at the database, the same words on both engines. Driver errors do not leave storage/."""


class StorageError(Exception):
    """The database refused a statement, or was asked for something it cannot do."""


class StorageUnavailable(StorageError):
    """The database cannot be reached, is locked by another process, or is closed; try again later."""


class Conflict(StorageError):
    """A unique key, a foreign key or NOT NULL stands against the row."""
