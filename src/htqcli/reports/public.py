"""The public edition of a draft: what may be published in a consultation.

It has only what is known to be public. So fields that htq does not know, comments and whatever
was not thought of are left out without having to be found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from htqcli.draft.application import Application
from htqcli.files import FileId
from htqcli.folder import Folder
from htqcli.model.part import Model, sound
from htqcli.moment import Moment
from htqcli.reports.hiding import hider
from htqcli.words import quote

PUBLIC_FIELDS = {
    *("cycle", "applicant", "qualification", "planned_submission", "units", "structure"),
    *("standards", "assessments", "support_session", "employers", "documents", "declarations"),
}
"""The fields of a draft that are public, but for what is confidential or personal in them."""

_FIXED_WORDS = {"type", "kind", "coverage", "reference", "version"}
"""The fields whose words are not free."""


class Edition(NamedTuple):
    """The public edition of a draft. An employer or a document that it leaves out is None in its
    list, so that the others keep their positions. `left_out` says what is left out, and `hide`
    writes `…` for each piece of it in a text."""

    application: Application
    left_out: tuple[str, ...]
    hide: Callable[[str], str]


def undecided(application: Application) -> list[str]:
    """The documents that do not say whether they are confidential."""
    return [
        quote(document.file or document.kind or f"item {at + 1}")
        for at, document in sound(application.documents)
        if document.confidential is None
    ]


def public_edition(application: Application, folder: Folder) -> Edition:
    """A draft without contacts and e-mail addresses, documents that are confidential, evidence and
    permissions that do not say that they are not, acceptances, and fields that are not public. The
    folder is where its files are: one that is confidential under one name is so under each."""
    secret = _confidential_files(application, folder)

    def identity(name: str | None) -> FileId | str | None:
        return _identity(folder, name)

    employers = [
        _Item(
            one, one is not None and (one.confidential is True or identity(one.evidence) in secret)
        )
        for one in application.employers
    ]
    documents = [
        _Item(one, one is not None and (one.confidential is True or identity(one.file) in secret))
        for one in application.documents
    ]
    qualification, applicant = application.qualification, application.applicant
    rights = qualification.intellectual_property if qualification else None
    has_secret_permission = bool(
        rights
        and rights.permission
        and (rights.confidential is not False or identity(rights.permission) in secret)
    )
    if qualification and has_secret_permission:
        qualification = qualification.model_copy(update={"intellectual_property": None})
    contact = applicant.contact if applicant else None
    if applicant:
        applicant = applicant.model_copy(update={"contact": None})
    kept = application.model_copy(
        update={
            "applicant": applicant,
            "qualification": qualification,
            "employers": tuple(one.public for one in employers),
            "documents": tuple(one.public for one in documents),
            **{
                name: field.default
                for name, field in Application.model_fields.items()
                if name not in PUBLIC_FIELDS
            },
        }
    )
    hide = hider(_hidden_words(application, kept))
    left_out = [
        *(["The contact"] if contact else []),
        *_counted("document", documents),
        *_counted("employer", employers),
        *([_PERMISSION] if has_secret_permission else []),
        *(["The findings that the draft accepts, with the reasons"] if application.accept else []),
        "E-mail addresses, comments in the draft, and fields that are not for publication",
    ]
    return Edition(_with_texts(kept, hide), tuple(left_out), hide)


def fields(part: Model) -> dict[str, Any]:
    """What a draft has in a part, as values of YAML. What is not given is left out."""
    found = {}
    for name, info in type(part).model_fields.items():
        value = _plain(getattr(part, name))
        if value not in (None, [], {}) and (info.default is None or value != info.default):
            found[info.alias or name] = value
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return fields(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value if item is not None]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return str(value) if isinstance(value, Moment) else value


def _identity(folder: Folder, name: str | None) -> FileId | str | None:
    return name and (folder.find(name).identity or name)


def _confidential_files(application: Application, folder: Folder) -> set[FileId | str | None]:
    """The files that a draft says somewhere to be confidential."""
    qualification = application.qualification
    rights = qualification.intellectual_property if qualification else None
    named = [(rights.permission, rights.confidential)] if rights else []
    named += [(one.evidence, one.confidential) for _, one in sound(application.employers)]
    named += [(one.file, one.confidential) for _, one in sound(application.documents)]
    return {_identity(folder, name) for name, is_secret in named if name and is_secret}


class _Item(NamedTuple):
    """An employer or document, and whether it is known to be confidential."""

    part: Any
    is_secret: bool

    @property
    def public(self) -> Any:
        """The part, if it is public."""
        is_public = self.part and self.part.confidential is False and not self.is_secret
        return self.part if is_public else None


_PERMISSION = (
    "The holder of the intellectual property and the permission, because the draft does not say "
    "that the permission is not confidential"
)


def _counted(what: str, items: Iterable[_Item]) -> Iterator[str]:
    """How many items are left out, and why."""
    out = [one.is_secret for one in items if one.part and not one.public]
    secret, unsaid = sum(out), len(out) - sum(out)
    file = " with the evidence" if what == "employer" else ""
    if secret:
        are = "it is" if secret == 1 else "they are"
        yield f"{_number(secret, what)}{file}, because {are} confidential"
    if unsaid:
        it = "it" if unsaid == 1 else "they"
        yield (
            f"{_number(unsaid, what)}{file}, because the draft does not say that {it} may be public"
        )


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _hidden_words(application: Application, kept: Application) -> set[str]:
    """The personal and confidential words of a draft: the contact’s, and the names of employers and
    files that are left out."""
    contact = application.applicant.contact if application.applicant else None
    words = {contact.name, contact.email} if contact else set()
    if contact and contact.name and len(names := contact.name.split()) > 1:
        words.add(f"{names[-1]}, {' '.join(names[:-1])}")
    shown = {one.name for _, one in sound(kept.employers)}
    shown |= {_last(one.evidence) for _, one in sound(kept.employers)}
    shown |= {_last(one.file) for _, one in sound(kept.documents)}
    if application.applicant:
        shown.add(application.applicant.name)
    out: set[str | None] = set()
    for one, own in zip(application.employers, kept.employers, strict=True):
        if one and own is None:
            out |= {one.name, one.evidence, _last(one.evidence)}
    for document, own_document in zip(application.documents, kept.documents, strict=True):
        if document and own_document is None:
            out |= {document.file, _last(document.file)}
    before, after = application.qualification, kept.qualification
    rights = before.intellectual_property if before else None
    if rights and not (after and after.intellectual_property):
        out |= {rights.permission, _last(rights.permission)}
    return {word for word in {*words, *(out - shown)} if word and len(word) >= _SHORTEST}


_SHORTEST = 3
"""Fewer letters would be found in many other words."""


def _last(name: str | None) -> str | None:
    return name and name.rpartition("/")[2]


def _with_texts(part: Model, change: Callable[[str], str]) -> Any:
    """A part with each of its free texts changed."""
    update = {
        name: _changed(value, change)
        for name in type(part).model_fields
        if name not in _FIXED_WORDS and (value := getattr(part, name)) is not None
    }
    return part.model_copy(update=update)


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, Model):
        return _with_texts(value, change)
    if isinstance(value, tuple):
        return tuple(_changed(item, change) for item in value)
    if isinstance(value, dict):
        return {change(name): _changed(item, change) for name, item in value.items()}
    return change(value) if isinstance(value, str) else value
