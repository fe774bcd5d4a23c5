"""All shared mails in one file, so that many processes read them without each holding them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Self

import msgspec

from hark.bench.mails import archive_mails, data_folder, made_up

FOLDERS = ("email", "bounces", "reply", "mailauth")
SUFFIXES = (".eml", ".txt", ".msg")
ADDRESS = "support@desk.example"
MADE_UP = 60


class Corpus(msgspec.Struct, frozen=True):
    """Where each mail stands in a file. `odd` of them, the first ones, are odd by themselves; others are everyday mail."""

    path: str
    ends: list[int]
    odd: int

    @classmethod
    def write(cls, path: Path, odd: Iterable[bytes], plain: Iterable[bytes]) -> Self:
        """Empty mails are left out."""
        ends = [0]
        with path.open("wb") as out:

            def add(mails: Iterable[bytes]) -> int:
                for mail in filter(None, mails):
                    out.write(mail)
                    ends.append(ends[-1] + len(mail))
                return len(ends) - 1

            first = add(odd)
            add(plain)
        return cls(str(path), ends, first)

    def __len__(self) -> int:
        return len(self.ends) - 1

    def read(self, n: int) -> bytes:
        with open(self.path, "rb") as file:  # noqa: PTH123 - the path is a text: a Struct that goes to other processes
            file.seek(self.ends[n])
            return file.read(self.ends[n + 1] - self.ends[n])


def collect(path: Path) -> tuple[Corpus, str]:
    """The mails of the data folder (see `hark.bench.mails`) and one word on what they are; made-up ones without it."""
    folder = data_folder()
    files = sorted(f for name in FOLDERS for f in (folder / name).rglob("*") if f.suffix in SUFFIXES)
    if not files:
        plain = [made_up(n, to=ADDRESS) for n in range(MADE_UP)]
        return Corpus.write(path, plain[:20], plain), "made-up"
    return Corpus.write(path, (f.read_bytes() for f in files), archive_mails(to=ADDRESS)), "real"
