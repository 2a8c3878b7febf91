"""Names as they are compared and searched: whatever the case, accents, apostrophes and hyphens."""

import unicodedata
from dataclasses import dataclass

from services.people.domain.synonyms import meanings

# Letters that Unicode does not take apart into a base letter and an accent.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})


def search_words(text: str) -> list[str]:
    """The words of a name or of a query: ``Zoë O'Brien-Smith`` -> ``zoe``, ``obrien``, ``smith``."""
    spaced = "".join(" " if c.isspace() or unicodedata.category(c) == "Pd" else c for c in text)
    folded = unicodedata.normalize("NFKD", spaced.casefold().translate(_LETTERS))
    return "".join(c for c in folded if c.isalnum() or c == " ").split()


def search_text(*names: str) -> str:
    """What is stored to search in: every word with a blank before it, so that `` obr`` finds its beginning."""
    return "".join(f" {word}" for word in search_words(" ".join(names)))


@dataclass(frozen=True, slots=True)
class Names:
    """The three names that matching compares, normalised; a name that is not there is empty."""

    first: str
    middle: str
    last: str

    @classmethod
    def of(cls, first_names: str, last_name: str) -> "Names":
        """The first of the first names, the others together, and the last name."""
        first, *middle = search_words(first_names) or [""]
        return cls(first, "".join(middle), "".join(search_words(last_name)))

    @property
    def given(self) -> list[str]:
        """Those that are there."""
        return [name for name in (self.first, self.middle, self.last) if name]

    @property
    def keys(self) -> frozenset[str]:
        """Everything that these names may stand for: two people who share a name share a key."""
        return frozenset(key for name in self.given for key in meanings(name))


def same_name(one: str, other: str) -> bool:
    """Whether two normalised names are the same or synonyms (Liz and Elizabeth); two missing ones are not."""
    return bool(one and other) and not meanings(one).isdisjoint(meanings(other))


def shared_names(one: Names, other: Names) -> int:
    """How many of three names two people share, in any order; each name counts for one other at most."""
    return _most_pairs(one.given, other.given)


def _most_pairs(left: list[str], right: list[str]) -> int:
    if not left:
        return 0
    skipped = _most_pairs(left[1:], right)
    matched = [i for i, name in enumerate(right) if same_name(left[0], name)]
    return max([skipped, *(1 + _most_pairs(left[1:], right[:i] + right[i + 1 :]) for i in matched)])
