"""Problems of a valid tree: what it asks is clear, but hardly what the person wants."""

from __future__ import annotations

from collections.abc import Iterator

from search.query.errors import Hint, shorten
from search.query.nodes import And, Fielded, Node, Not, Or, Phrase, Prefix


def check(tree: Node) -> Iterator[Hint]:
    """Yield the hints a person should hear about a tree, each message once.

    The tree is searched all the same: nothing here changes it.
    """
    seen: set[str] = set()
    for hint in _hints(tree):
        if hint.message not in seen:
            seen.add(hint.message)
            yield hint


def _hints(tree: Node) -> Iterator[Hint]:
    if _only_excludes(tree):
        message = "Recherche qui ne fait qu’exclure : ajoutez un mot à trouver."
        yield Hint(message, tree.span)
    for node in _walk(tree):
        yield from _check_node(node)


def _only_excludes(node: Node) -> bool:
    match node:
        case Not():
            return True
        case Fielded():
            return _only_excludes(node.node)
        case And():
            return all(map(_only_excludes, node.nodes))
        case Or():
            return any(map(_only_excludes, node.nodes))
    return False


def _walk(node: Node) -> Iterator[Node]:
    """Yield the node and all below it; the parser bounds the depth."""
    yield node
    match node:
        case Not() | Fielded():
            yield from _walk(node.node)
        case And() | Or():
            for child in node.nodes:
                yield from _walk(child)


def _check_node(node: Node) -> Iterator[Hint]:
    match node:
        case Prefix():
            yield from _check_prefix(node)
        case Phrase():
            yield from _check_phrase(node)
        case And():
            yield from _check_conjunction(node)


def _check_prefix(prefix: Prefix) -> Iterator[Hint]:
    if len(prefix.text) == 1:
        message = f"« {prefix} » trouve tous les mots en « {prefix.text} » : ajoutez des lettres."
        yield Hint(message, prefix.span)


def _check_phrase(phrase: Phrase) -> Iterator[Hint]:
    if "*" in phrase.text:
        yield Hint("Étoile entre guillemets : elle n’abrège aucun mot.", phrase.span)
    if phrase.slop is not None and len(phrase.text.split()) == 1:
        yield Hint(f"Distance « ~{phrase.slop} » sans effet sur un seul mot.", phrase.span)


def _check_conjunction(conjunction: And) -> Iterator[Hint]:
    required = {str(node).casefold() for node in conjunction.nodes if not isinstance(node, Not)}
    for node in conjunction.nodes:
        if isinstance(node, Not) and str(node.node).casefold() in required:
            text = shorten(str(node.node))
            message = f"« {text} » est à la fois demandé et exclu : aucune question possible."
            yield Hint(message, node.span)
