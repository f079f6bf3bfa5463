"""What a watchlist may look for beside single trials: searches of the registry, and queries to the literature."""

from monitor.config.document import Node, Notes, Scalar, Table, shown
from monitor.config.shapes import Found, ListOf, Schema, Word, Wrong, meant, text_up_to
from monitor.sources.clinicaltrials_gov import search
from monitor.sources.clinicaltrials_gov.search_words import TERMS, Term
from monitor.sources.pubmed.query import query_of


class _Search:
    """`search:` is a link pasted from the site, or a mapping of terms. Reads as (query, title)."""

    _words = ListOf(text_up_to(2000), least=1, or_one=True)

    def read(self, node: Node, notes: Notes) -> Found[tuple[search.Query, str]] | None:
        try:
            if isinstance(node, Scalar) and not node.empty:
                query = search.query_from_link(node.text)
                shown_query = search.query_from_link(node.text, as_written=True)
            elif isinstance(node, Table) and node.entries:
                terms = self._terms(node, notes)
                if terms is None:
                    return None
                query = search.query_from_terms(terms)
                shown_query = search.query_from_terms(terms, as_written=True)
            else:
                notes.add(
                    node.line, "here a link or search terms are expected", "like {condition: low back pain}"
                )
                return None
        except search.NotUnderstood as refused:
            for part in refused.parts:
                self._note(node, part, notes)
            return None
        return Found((query, search.describe(shown_query)), node.line)

    def _terms(self, node: Table, notes: Notes) -> dict[str, list[str]] | None:
        terms: dict[str, list[str]] = {}
        before = len(notes.problems)
        for name, value in node.entries:
            if name.text not in TERMS:
                notes.add(name.line, f"{shown(name.text)} is not a search term", meant(name.text, TERMS))
            elif (found := self._words.read(value, notes)) is not None:
                terms[name.text] = [word.value for word in found.value]
        return terms if len(notes.problems) == before else None

    def _note(self, node: Node, part: search.Part, notes: Notes) -> None:
        line = node.line
        if isinstance(node, Table):
            line = next((name.line for name, _ in node.entries if name.text == part.name), line)
        notes.add(line, f"the search is not understood: {part}")

    def schema(self) -> Schema:
        def term(term: Term) -> Schema:
            word: Schema = {"type": ["string", "number"]}
            if term.choices:
                # Also accepted as the registry writes them (PHASE2, Not yet recruiting): so no enum, but a suggestion.
                word = {"anyOf": [{"enum": list(term.choices)}, {"type": ["string", "number"]}]}
            listed = {"type": "array", "items": word, "minItems": 1}
            return {"description": term.doc, "anyOf": [word, listed] if term.choices else [word]}

        link = {"type": "string", "pattern": r"^https?://(www\.)?clinicaltrials\.gov/"}
        terms = {name: term(declared) for name, declared in TERMS.items()}
        spelt = {"type": "object", "additionalProperties": False, "minProperties": 1, "properties": terms}
        return {"anyOf": [link, spelt]}


def _query(text: str) -> str:
    try:
        return query_of(text)
    except ValueError as refused:
        raise Wrong(str(refused)) from refused


SEARCH = _Search()
PAPERS = Word("a query", _query, {"type": "string"})
