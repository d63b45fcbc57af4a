"""A pack: everything that is handed in with a draft, in a folder or a zip file, with an index.

Named files are copied as they are and never looked into. Each is read twice, once for its size and
SHA-256 and once to copy it, so that a file that changes in between is noticed. The same draft and
files give the same bytes: a zip file is not compressed, because what compresses differs between
machines, and most documents are compressed already.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import stat
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from unicodedata import normalize
from urllib.parse import quote as quoted_address

from htqcli import __version__, files
from htqcli.check.inputs import Draft
from htqcli.check.report import Checked, Content, Diagnostic, Report
from htqcli.draft.application import Application
from htqcli.draft.structure import Combinations, Requirement
from htqcli.files import FileId
from htqcli.folder import Folder, Found, is_possible_on_windows
from htqcli.formats.json import encode
from htqcli.formats.text import as_at, message, verdict
from htqcli.ksbs.lists import FOLDER, KsbList, Lists
from htqcli.mapping.exporting import as_workbook, tables
from htqcli.moment import say
from htqcli.reports.answers import answers, kind_title
from htqcli.reports.markup import Cell, Column, Section, Table, ours, render
from htqcli.reports.page import page
from htqcli.reports.public import PUBLIC_FIELDS, Edition, fields, public_edition
from htqcli.rules.declare import Severity, Stage
from htqcli.words import join, quote, strip_invisible, visible

INDEX = "index.json"
PAGE = "index.html"

_MARK = "Draft, not for submission"

_NAMED = "documents"
_OWN = "draft"

_ORDER = (
    *("ksb-mapping", "employer-evidence", "ip-permission"),
    *("specification", "assessment", "additional-content", "other"),
)
"""The order of the kinds of file: first the three that the published criteria ask for, in their
order."""

FORMAT = 1
"""Changes when an older htq could not verify a pack."""

NO_SUM = "0" * 64

PIECE = 1_048_576
"""How many bytes are read at a time."""


class CannotPack(Exception):
    """Files that cannot be copied, and why, as sentences."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class Source(NamedTuple):
    """A file to copy: where it is, its id if it has one, and its content when it was looked at."""

    path: str
    id: FileId | None
    size: int
    sha256: str


class Entry(NamedTuple):
    """A file of a pack: its path there, what it is, and its content or where to copy it from.
    `named` is the path by which the draft names it. `confidential` is None if that is not said."""

    path: str
    what: str
    content: bytes | Source
    kind: str
    named: str | None = None
    confidential: bool | None = None

    @property
    def size(self) -> int:
        """Its size in bytes."""
        return self.content.size if isinstance(self.content, Source) else len(self.content)

    @property
    def sha256(self) -> str:
        """Its SHA-256, in hexadecimal digits."""
        if isinstance(self.content, Source):
            return self.content.sha256
        return hashlib.sha256(self.content).hexdigest()


class Pack(NamedTuple):
    """What goes into a pack, in the order of its index, and what is missing or left out of it."""

    entries: tuple[Entry, ...]
    missing: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def size(self) -> int:
        """The size of all its files in bytes."""
        return sum(entry.size for entry in self.entries)


def collect(
    report: Report, file: Checked, draft: Draft, *, is_public: bool = False, is_draft: bool = False
) -> Pack:
    """What goes into the pack of a draft, from a report whose checker keeps the content of drafts.

    With `is_draft`, files that are not there are missing from it; else, as for files that cannot be
    copied, this raises CannotPack.
    """
    assert file.content is not None
    folder = Folder(str(draft.folder))
    edition = (
        public_edition(file.content.application, folder)
        if is_public
        else Edition(file.content.application, (), lambda text: text)
    )
    hide = edition.hide
    name = "application.yaml" if is_public or draft.path == "-" else os.path.basename(draft.path)
    shorten = _list_names(file.content.lists)
    shown = _shown(file, edition, name, shorten, is_public=is_public)
    assert shown.content is not None
    named = _collect_named(edition, file.content.application, folder, draft, is_draft=is_draft)
    if not is_possible_on_windows(name):
        raise CannotPack(f"{quote(name)} is a name that no file can have on Windows")
    paths = {name: entry.path for entry, names in named for name in names}
    mark = _MARK if is_draft else ""
    missing = _missing(shown, is_public=is_public) if is_draft else ()
    notes = [*([mark] if mark else []), *(f"To put right: {one}" for one in missing)]
    if is_public:
        notes.append("Public edition. Left out: " + "; ".join(edition.left_out))
    one_report = replace(report, files=(shown,), unchecked=(), left_out=())
    if report.catalogue and report.catalogue.origin.file:
        known = report.catalogue.renamed(os.path.basename(report.catalogue.origin.file))
        one_report = replace(one_report, catalogue=known)
    content, application = shown.content, edition.application
    book = as_workbook(application, tables(application, content.lists), mark)
    made = [
        ("answers.txt", "The answers as text, to paste into the form",
         answers(application, paths, notes).encode()),
        ("ksb-mapping.xlsx", "The mapping of the KSBs and the structure, as a workbook", book),
        ("report.html", "The report of the check",
         page(one_report, shown, is_draft=is_draft, is_public=is_public).encode()),
        (f"{_OWN}/{name}", "The draft of the application",
         _public_draft(application, mark) if is_public else draft.content),
    ]  # fmt: skip
    entries = [entry for entry, _ in named]
    entries += [Entry(path, what, content, "made by htq") for path, what, content in made]
    about = {
        "edition": "public" if is_public else "full",
        "draft": is_draft,
        "at": report.at.isoformat(),
        "qualification": application.qualification.title if application.qualification else None,
        "verdict": file.verdict.value,
        "verdict_in_words": hide(verdict(one_report, shown)) + as_at(one_report),
        "missing": list(missing),
        "left_out": list(edition.left_out),
    }
    entries.append(Entry(PAGE, "This index", _index_page(about, entries, report.at), "made by htq"))
    entries.append(Entry(INDEX, "This index for programs", _index(about, entries), "made by htq"))
    return Pack(tuple(entries), missing, edition.left_out)


def _list_names(lists: Lists) -> Callable[[str], str]:
    """A function that writes `ksbs/` for the folder of these KSB lists, which can tell where it is
    on this computer. In a text, a long path can be cut."""
    folder = visible(os.path.join(_folder_of(lists), ""))
    begin, rest = folder[:_MIN_CUT], folder[_MIN_CUT:]
    cut = rf"{re.escape(begin)}[^\s’]*…" if rest else "(?!)"
    pattern = re.compile(rf"(?<![^\s‘])(?:({re.escape(folder)})|{cut})")
    return lambda text: pattern.sub(lambda found: f"{FOLDER}/" if found[1] else "…", text)


_MIN_CUT = 100
"""How much of a path is there at least where it is cut."""


def _folder_of(lists: Lists) -> Path:
    return lists.file("ST0000", "1").parent


def _shown(
    file: Checked, edition: Edition, name: str, shorten: Callable[[str], str], *, is_public: bool
) -> Checked:
    """What was checked, as the files of the pack tell it."""
    content, application = file.content, edition.application
    assert content is not None

    def clean(text: str) -> str:
        return edition.hide(shorten(text))

    occupations = []
    for one in content.occupations:
        at = one.path[1]
        claim = application.standards[at] if isinstance(at, int) else None
        known = clean(one.list) if isinstance(one.list, str) else one.list
        covering = {label: tuple(map(edition.hide, units)) for label, units in one.covering.items()}
        occupations.append(one._replace(claim=claim or one.claim, list=known, covering=covering))
    findings = tuple(
        finding._replace(message=clean(finding.message), hint=clean(finding.hint))
        if not is_public or _is_publishable(finding)
        else finding._replace(message=finding.rule.summary, hint="")
        for finding in file.findings
    )
    permitted = content.permitted and _hidden(content.permitted, edition.hide)
    own = Content(application, tuple(occupations), permitted, _ShownLists(content.lists, clean))
    return replace(file, path=name, findings=findings, content=own)


def _is_publishable(finding: Diagnostic) -> bool:
    """Whether a finding is only about fields that are public and sound. Others can quote anything
    that somebody wrote in the wrong place."""
    tops = {spot.pointer.split("/")[1] for spot in finding.spots if spot.pointer}
    return finding.rule.stage is Stage.CONTENT and tops <= PUBLIC_FIELDS


class _ShownLists(Lists):
    """The KSB lists of a draft. Why one is missing is said without its place on this computer."""

    def __init__(self, lists: Lists, clean: Callable[[str], str]) -> None:
        super().__init__(_folder_of(lists))
        self._lists = lists
        self._clean = clean

    def get(self, reference: str, version: str | None) -> KsbList | str:
        found = self._lists.get(reference, version)
        return self._clean(found) if isinstance(found, str) else found


def _hidden(permitted: Combinations, hide: Callable[[str], str]) -> Combinations:
    def require(one: Requirement) -> Requirement:
        return one._replace(name=one.name and hide(one.name))

    return replace(
        permitted,
        ids=tuple(map(hide, permitted.ids)),
        everywhere=require(permitted.everywhere),
        pathways=tuple(map(require, permitted.pathways)),
    )


def _missing(file: Checked, *, is_public: bool) -> tuple[str, ...]:
    """What keeps a draft from being ready. Of a public edition, only how much that is: it may be
    about what is confidential."""
    counting = (Severity.ERROR, Severity.WARNING)
    found = [one for one in file.findings if one.accepted is None and one.severity in counting]
    found.sort(key=lambda one: -one.severity.rank)
    if is_public and found:
        counts = [
            f"{number} {severity.value}{'' if number == 1 else 's'}"
            for severity in counting
            if (number := sum(one.severity is severity for one in found))
        ]
        return (join(counts),)
    return tuple(message(one) for one in found)


def _public_draft(application: Application, mark: str) -> bytes:
    import yaml

    head = "# The public edition of a draft application, made by htq.\n" + (mark and f"# {mark}\n")

    text = yaml.safe_dump(
        fields(application), sort_keys=False, allow_unicode=True, default_flow_style=None, width=100
    )
    return f"{head}{text}".encode()


# The files that a draft names


class _Use(NamedTuple):
    """A place of a draft that names a file: what the file is there, and its path, which an edition
    of the draft can show in another way."""

    kind: str
    what: str
    name: str
    shown_name: str
    confidential: bool | None


def _uses(application: Application, shown: Application) -> list[_Use]:
    """Each place that names a file and that an edition of a draft has, in the index’s order."""
    found: list[_Use] = []

    def add(kind: str, what: str, name: str | None, shown: str | None, secret: bool | None) -> None:
        if name and shown:
            found.append(_Use(kind, what, name, shown, secret))

    for one, own in zip(application.employers, shown.employers, strict=True):
        if one and own:
            what = f"{kind_title('employer-evidence')}: {own.name or 'not named'}"
            add("employer-evidence", what, one.evidence, own.evidence, one.confidential)
    before, after = application.qualification, shown.qualification
    rights = before.intellectual_property if before else None
    own_rights = after.intellectual_property if after else None
    if rights and own_rights:
        what = f"{kind_title('ip-permission')}: {own_rights.holder or 'not named'}"
        add("ip-permission", what, rights.permission, own_rights.permission, rights.confidential)
    for document, same in zip(application.documents, shown.documents, strict=True):
        if document and same:
            kind = document.kind or "other"
            add(kind, kind_title(kind), document.file, same.file, document.confidential)
    return sorted(found, key=lambda use: _ORDER.index(use.kind))


def _collect_named(
    edition: Edition,
    application: Application,
    folder: Folder,
    draft: Draft,
    *,
    is_draft: bool,
) -> list[tuple[Entry, list[str]]]:
    """An entry for each file that the edition names, with all the paths by which it does. The draft
    is none: a public edition does not have it as it is."""
    of: dict[FileId | str, list[_Use]] = {}
    sources: dict[FileId | str, Source] = {}
    reasons: list[str] = []
    own = folder.find(os.path.basename(draft.path)).identity
    for use in _uses(application, edition.application):
        found = folder.find(use.name)
        if found.identity and found.identity == own:
            reasons.append(f"{quote(use.name)} cannot be copied: it is the draft itself")
        elif why := _why_not(found, is_draft=is_draft):
            reasons.append(f"{quote(use.name)} {why}")
        elif found.identity and found.path:
            of.setdefault(found.identity, []).append(use)
            try:
                if found.identity not in sources:
                    is_numbered = found.id and found.id[1] and os.name != "nt"
                    source = _look_at(found.path, found.id if is_numbered else None)
                    sources[found.identity] = source
            except OSError as error:
                reasons.append(f"{quote(use.name)} cannot be copied: {files.reason(error)}")
    if reasons:
        raise CannotPack(*dict.fromkeys(reasons))
    names = clear_names([uses[0].name for uses in of.values()], edition.hide)
    entries = []
    for name, (identity, uses) in zip(names, of.items(), strict=True):
        first, *_ = uses
        said = {use.confidential for use in uses}
        confidential = True if True in said else None if None in said else False
        what = "; ".join(dict.fromkeys(use.what for use in uses))
        entry = Entry(
            f"{_NAMED}/{name}", what, sources[identity], first.kind, first.shown_name, confidential
        )
        entries.append((entry, [use.shown_name for use in uses]))
    return entries


def _why_not(found: Found, *, is_draft: bool) -> str | None:
    """Why a file cannot be copied, as the end of a sentence about it."""
    if found.way_out:
        return f"cannot be copied: {found.way_out}"
    if found.has_link:
        return "cannot be copied: it is a link, or is in a folder that is one"
    if found.fault not in ("is not there", "is empty"):
        return f"cannot be copied: it {found.fault}" if found.fault else None
    other = f". There is {quote(found.own)}" if found.own else ""
    return None if is_draft else f"{found.fault}{other}"


def clear_names(named: Iterable[str], hide: Callable[[str], str] = str) -> list[str]:
    """A name for each file, from its path: its own name, with the names of its folders before it
    where two would have the same. No two differ only in case, and each is possible everywhere."""
    parts = [
        [normalize("NFC", strip_invisible(part)) for part in name.split("/")
         if part not in ("", ".", "..")]
        for name in named
    ]  # fmt: skip
    depths = [1] * len(parts)
    while True:
        names = ["-".join(own[-depth:]) for own, depth in zip(parts, depths, strict=True)]
        counts = Counter(name.casefold() for name in names)
        deeper = [
            at
            for at, name in enumerate(names)
            if counts[name.casefold()] > 1 and depths[at] < len(parts[at])
        ]
        if not deeper:
            break
        for at in deeper:
            depths[at] += 1
    used: set[str] = set()
    found = []
    for number, name in enumerate(names, 1):
        clear = name
        if not name or hide(name) != name or not is_possible_on_windows(name):
            clear = f"document-{number}{_ending(name)}"
        if len(clear.encode()) > _MAX_NAME or clear.casefold() in used:
            ending = _ending(clear)
            clear = f"{number}-{clear.removesuffix(ending)[:40]}{ending}"
        while clear.casefold() in used:
            clear = f"{number}-{clear}"
        used.add(clear.casefold())
        found.append(clear)
    return found


_MAX_NAME = 150
"""In bytes: most disks take 255, and the folder of the pack comes before it on Windows."""


def _ending(name: str) -> str:
    ending = re.search(r"\.\w{1,8}$", name, re.ASCII)
    return ending[0] if ending else ""


def _look_at(path: str, identity: FileId | None) -> Source:
    """The size and SHA-256 of a file. Raises OSError, also if it changes meanwhile."""
    with _opened(path, identity) as (file, size):
        sha256 = hashlib.sha256()
        for piece in _pieces(file, size):
            sha256.update(piece)
        return Source(path, identity, size, sha256.hexdigest())


@contextmanager
def _opened(path: str, identity: FileId | None) -> Iterator[tuple[BinaryIO, int]]:
    """A regular file, and its size. Raises OSError if it is another file than before, is not one
    at all, or changes while it is open."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags | getattr(os, "O_NOFOLLOW", 0)), "rb") as file:
        before = os.fstat(file.fileno())
        own = before.st_dev, before.st_ino
        if not stat.S_ISREG(before.st_mode) or identity not in (own, None):
            raise OSError(_CHANGED)
        yield file, before.st_size
        after = os.fstat(file.fileno())
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise OSError(_CHANGED)


_CHANGED = "it changed while it was read. Try again when nobody is working on it"


def _pieces(file: BinaryIO, size: int) -> Iterator[bytes]:
    """The content of a file that has this size; one that grows is not read for ever."""
    left = size
    while piece := file.read(min(PIECE, left + 1)):
        left -= len(piece)
        if left < 0:
            break
        yield piece
    if left:
        raise OSError(_CHANGED)


def _content(entry: Entry) -> Iterator[bytes]:
    """The content of an entry in pieces. Raises CannotPack if it is not what it was."""
    source = entry.content
    if isinstance(source, bytes):
        yield source
        return
    sha256 = hashlib.sha256()
    try:
        with _opened(source.path, source.id) as (file, _):
            for piece in _pieces(file, source.size):
                sha256.update(piece)
                yield piece
    except OSError as error:
        why: str | None = files.reason(error)
    else:
        why = None if sha256.hexdigest() == source.sha256 else _CHANGED
    if why:
        raise CannotPack(f"{quote(entry.named or '')} cannot be copied: {why}")


# The index


def _index(about: dict[str, Any], entries: Iterable[Entry]) -> bytes:
    """The index for programs. Its own SHA-256 in it is that of the index with zeros in its place,
    so that a change to the index itself is found."""
    files_ = [
        {
            "path": entry.path,
            "what": entry.what,
            "kind": entry.kind,
            "named": entry.named,
            "size": entry.size,
            "sha256": entry.sha256,
            "confidential": entry.confidential,
        }
        for entry in entries
    ]
    first = {"htq": __version__, "pack": FORMAT, "sha256": NO_SUM}
    text = encode({**first, **about, "files": files_})
    digest = hashlib.sha256(text.encode()).hexdigest()
    return text.replace(NO_SUM, digest, 1).encode()


def _index_page(about: dict[str, Any], entries: Iterable[Entry], at: datetime) -> bytes:
    """The index for people."""
    named = [entry for entry in entries if entry.named is not None]
    made = [entry for entry in entries if entry.named is None]
    paragraphs = [
        "This is the public edition."
        if about["edition"] == "public"
        else "Do not publish this pack: it can have confidential documents and personal data. ‘htq "
        "pack --public’ makes one to publish."
    ]
    paragraphs.append(
        "To see whether a file is missing or changed, run ‘htq pack --verify’ with this folder or "
        "zip file."
    )
    tables_ = [_table("What is handed in", named, confidential=True)] if named else []
    tables_.append(_table("Made by htq", made, confidential=False))
    lists = {"missing": "To put right", "left_out": "Left out of this edition"}
    sections = [
        Section(f"pack-{name}", title, tuple(about[name]))
        for name, title in lists.items()
        if about[name]
    ]
    contents = Section("pack-files", "Files", tables=tuple(tables_))
    top = Section(
        "pack",
        about["qualification"] or "A draft application",
        tuple(paragraphs),
        (("Checked as at", f"{say(at)}, London time"),),
        sections=(*sections, contents),
        verdict=(about["verdict"], about["verdict_in_words"]),
    )
    footer = (f"Made by htq {__version__}.",)
    banner = _MARK if about["draft"] else ""
    return render(f"{top.title}: pack", top, footer=footer, banner=banner).encode()


def _table(caption: str, entries: list[Entry], *, confidential: bool) -> Table:
    said = {True: "yes", False: "no", None: "not said"}
    rows = []
    for entry in entries:
        name = entry.path.rpartition("/")[2]
        cells = (
            Cell(ours(name), f"SHA-256 {entry.sha256}", href=quoted_address(entry.path)),
            Cell(entry.what),
            Cell(size_in_words(entry.size), mark="number"),
        )
        rows.append((*cells, Cell(said[entry.confidential])) if confidential else cells)
    columns = (Column("File"), Column("What it is", mark="text"), Column("Size", mark="number"))
    last = (Column("Confidential", mark="short"),) if confidential else ()
    return Table(caption, (*columns, *last), tuple(rows))


def size_in_words(size: int) -> str:
    """`1 byte`, `12,345 bytes`, `2.4 MB`."""
    if size < 100_000:
        return f"{size:,} byte{'' if size == 1 else 's'}"
    return f"{size / 1_000_000:,.1f} MB"


# Writing


def write(pack: Pack, target: str, *, replaces: bool = False) -> None:
    """Write a pack whole or not at all, as a zip file if the name says so, else as a folder. What
    is there already is deleted if `replaces`. Raises CannotPack, and OSError."""
    new = files.name_beside(target)
    try:
        if is_zip(target):
            _write_zip(pack, new)
        else:
            _write_folder(pack, new)
        if os.path.lexists(target) and not replaces:
            raise FileExistsError(errno.EEXIST, "there is something there now")
        if is_zip(target):
            files.move(new, target)
        else:
            _put_folder(new, target)
    finally:
        _delete(new)


def is_zip(target: str) -> bool:
    """Whether a name is that of a zip file."""
    return target.lower().endswith(".zip")


def _write_zip(pack: Pack, new: str) -> None:
    with open(new, "xb") as out:  # noqa: PTH123
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
            for entry in pack.entries:
                info = zipfile.ZipInfo(entry.path)  # dated 1 January 1980
                info.create_system = 3
                info.external_attr = (stat.S_IFREG | 0o644) << 16
                info.file_size = entry.size
                with archive.open(info, "w") as member:
                    for piece in _content(entry):
                        member.write(piece)
        out.flush()
        os.fsync(out.fileno())


def _write_folder(pack: Pack, new: str) -> None:
    os.mkdir(new)  # noqa: PTH102
    for entry in pack.entries:
        path = os.path.join(new, *entry.path.split("/"))
        os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103
        with open(path, "xb") as out:  # noqa: PTH123
            out.writelines(_content(entry))
            out.flush()
            os.fsync(out.fileno())


def _put_folder(new: str, target: str) -> None:
    """Move a folder to its name. The one that has it is deleted when that is done."""
    if not os.path.lexists(target):
        os.rename(new, target)  # noqa: PTH104
        return
    old = files.name_beside(target)
    os.rename(target, old)  # noqa: PTH104
    try:
        os.rename(new, target)  # noqa: PTH104
    except BaseException:
        os.rename(old, target)  # noqa: PTH104
        raise
    _delete(old)


def _delete(path: str) -> None:
    if os.path.isdir(path):
        shutil.rmtree(path, ignore_errors=True)
    elif os.path.lexists(path):
        os.unlink(path)
