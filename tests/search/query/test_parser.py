"""The query language, case by case: what each text means, and what is said when it is broken."""

from __future__ import annotations

import pytest

from search.query.nodes import (
    And,
    Draft,
    Everything,
    Fielded,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Word,
)
from search.query.parser import (
    DRAFT_WORDS,
    MOST_NESTED,
    QuerySyntaxError,
    parse_lenient,
    parse_strict,
)

FIELDS = {"titre": "titre", "reponse": "reponse", "auteur": "auteur", "numero": "numero"}

DRAFT = " ".join(["mot"] * DRAFT_WORDS)


def show(node: Node) -> str:
    """Write the tree in a compact form that tells every kind of node apart."""
    shown = ""
    match node:
        case Everything():
            shown = "tout"
        case Word(text):
            shown = text
        case Prefix(text):
            shown = f"{text}*"
        case Phrase(text, slop):
            shown = f"<{text}>" if slop is None else f"<{text}>~{slop}"
        case Fielded(name, inner):
            shown = f"{name}:{show(inner)}"
        case Not(inner):
            shown = f"(SAUF {show(inner)})"
        case And(nodes):
            shown = f"(ET {' '.join(map(show, nodes))})"
        case Or(nodes):
            shown = f"(OU {' '.join(map(show, nodes))})"
        case Draft(text):
            shown = f"brouillon[{text}]"
    return shown


VALID = [
    ("", "tout"),
    (" \t\n", "tout"),
    ("%", "tout"),
    ("retraite", "retraite"),
    ("cotisations sociales", "(ET cotisations sociales)"),
    ("a ET b", "(ET a b)"),
    ("a AND b c", "(ET a b c)"),
    ("a OU b c", "(OU a (ET b c))"),
    ("a OR b | c", "(OU a b c)"),
    ("a|b", "(OU a b)"),
    ("a || b", "(OU a b)"),
    ("(a OU b) c", "(ET (OU a b) c)"),
    ("((a b)) c", "(ET a b c)"),
    ("a OU (b OU c)", "(OU a b c)"),
    ("médecins et infirmiers ou sauf", "(ET médecins et infirmiers ou sauf)"),
    ("médecins ET, infirmiers", "(ET médecins infirmiers)"),
    # Phrases
    ('"cotisations  sociales"', "<cotisations sociales>"),
    ("“cotisations\nsociales”", "<cotisations sociales>"),
    ('"médecins infirmiers"~5', "<médecins infirmiers>~5"),
    ('"a b"~0', "<a b>~0"),
    ('"a b"~', "<a b>"),
    ('"a OU (b"c', "(ET <a OU (b> c)"),
    ("«a b»", "(ET a b)"),
    # Prefixes
    ("infirm*", "infirm*"),
    ("auto-entr*", "auto-entr*"),
    ("l'infirm*", "l'infirm*"),
    ("auto-*", "auto*"),
    ("infirm*, médecin", "(ET infirm* médecin)"),
    ("OU*", "OU*"),
    # Exclusion
    ("retraite -pension", "(ET retraite (SAUF pension))"),
    ("-pension", "(SAUF pension)"),
    ("a SAUF b", "(ET a (SAUF b))"),
    ("a ET SAUF b", "(ET a (SAUF b))"),
    ("a OU -b", "(OU a (SAUF b))"),
    ("-(a OU b)", "(SAUF (OU a b))"),
    ('-"a b"', "(SAUF <a b>)"),
    ("-titre:a", "(SAUF titre:a)"),
    ("-infirm*", "(SAUF infirm*)"),
    ("-«pension»", "(SAUF pension)"),
    ("(-a b)", "(ET (SAUF a) b)"),
    ("a - b", "(ET a b)"),
    ("a -", "a"),
    ("a- b", "(ET a b)"),
    ("a-b", "a-b"),
    ("a --- b", "(ET a b)"),
    ("--x", "x"),
    ("---x", "(SAUF x)"),
    ("-(-x)", "x"),
    ("SAUF SAUF x", "x"),
    ("-(-(a b)) c", "(ET a b c)"),
    # Fields
    ("titre:retraite", "titre:retraite"),
    ("Titre:retraite pension", "(ET titre:retraite pension)"),
    ("Réponse:retraite", "reponse:retraite"),
    ("RE\u0301PONSE:retraite", "reponse:retraite"),
    ('titre:"a b"~3', "titre:<a b>~3"),
    ("titre:infirm*", "titre:infirm*"),
    ("titre:(a OU b)", "titre:(OU a b)"),
    ("titre:(-a)", "titre:(SAUF a)"),
    ("titre:auteur:batho", "auteur:batho"),
    ("titre:(auteur:batho)", "auteur:batho"),
    ("titre:(a auteur:batho)", "titre:(ET a auteur:batho)"),
    ("titre:«retraite»", "titre:retraite"),
    ("numero:n° 16792", "numero:16792"),
    ("titre : retraite", "(ET titre retraite)"),
    ("12:30", "(ET 12 30)"),
    ("objet : demande", "(ET objet demande)"),
    ("objet: demande", "(ET objet demande)"),
    ("https://www.an.fr/q17", "(ET https www.an.fr/q17)"),
    # Numbers
    ("1 960", "1 960"),
    ("1\u00a0960 salariés", "(ET 1\u00a0960 salariés)"),
    ("12\u202f345\u202f678", "12\u202f345\u202f678"),
    ("-1 960", "(SAUF 1 960)"),
    ("1 960,5 €", "1 960,5"),
    ("1960 123", "(ET 1960 123)"),
    ("1 9600", "(ET 1 9600)"),
    ("5 100m", "(ET 5 100m)"),
    ("17 2621", "(ET 17 2621)"),
    ("1 ET 960", "(ET 1 960)"),
    ("n° 16792", "16792"),
    ("n°16792", "16792"),
    ("Nº 16792", "16792"),
    ("n°s 16792", "16792"),
    ("n° de téléphone", "(ET de téléphone)"),
    ("6,6 %", "6,6"),
    ("17-2621QE", "17-2621QE"),
    # Words
    ("«France», prévention.", "(ET France prévention)"),
    ("E.H.P.A.D.", "E.H.P.A.D"),
    ("santé/social", "santé/social"),
    ("auto‐entrepreneur", "auto‐entrepreneur"),
    ("l’école aujourd'hui", "(ET l’école aujourd'hui)"),
    ("l'", "l"),
    ("médecins,infirmiers;sages-femmes", "(ET médecins infirmiers sages-femmes)"),
    ("e\u0301cole\u0301.", "e\u0301cole\u0301"),
    ("a\x00b", "a\x00b"),
    ("\ud800", "tout"),
    # Drafts
    (DRAFT, f"brouillon[{DRAFT}]"),
    (f'{DRAFT} ( " * -x objet:x ET', f'brouillon[{DRAFT} ( " * -x objet:x ET]'),
]

REPAIRED = [
    ("(", "tout", ["Parenthèse non fermée : ignorée."]),
    ("a (b OU c", "(OU (ET a b) c)", ["Parenthèse non fermée : ignorée."]),
    ("((a) (b", "(ET a b)", ["Parenthèse non fermée : ignorée."]),
    ("a OU b) c", "(OU a (ET b c))", ["Parenthèse non ouverte : ignorée."]),
    (")(", "tout", ["Parenthèse non ouverte : ignorée.", "Parenthèse non fermée : ignorée."]),
    ("a ()", "a", ["Parenthèses vides : ignorées."]),
    ("( , )", "tout", ["Parenthèses vides : ignorées."]),
    ('"', "tout", ["Guillemet non fermé : ignoré."]),
    ('"a b', "(ET a b)", ["Guillemet non fermé : ignoré."]),
    ('"" a', "a", ["Guillemets sans mot : ignorés."]),
    ('"…"~5', "tout", ["Guillemets sans mot : ignorés."]),
    ('"a b"~5000', "<a b>~100", ["Distance « ~5000 » trop grande : ramenée à 100 mots."]),
    ("*", "tout", ["Étoile qui n’est pas à la fin d’un mot : ignorée."]),
    ("*a", "a", ["Étoile qui n’est pas à la fin d’un mot : ignorée."]),
    ("inf*rm", "(ET inf rm)", ["Étoile qui n’est pas à la fin d’un mot : ignorée."]),
    ("infirm**", "infirm*", ["Étoile qui n’est pas à la fin d’un mot : ignorée."]),
    ("a ET", "a", ["« ET » sans mot à sa droite : ignoré."]),
    ("ET a", "a", ["« ET » sans mot à sa gauche : ignoré."]),
    ("OU", "tout", ["« OU » sans mot à sa gauche : ignoré."]),
    ("a OR", "a", ["« OR » sans mot à sa droite : ignoré."]),
    ("| a", "a", ["« | » sans mot à sa gauche : ignoré."]),
    ("a ET ET b", "(ET a b)", ["« ET » sans mot à sa droite : ignoré."]),
    ("a OU ET b", "(OU a b)", ["« ET » sans mot à sa gauche : ignoré."]),
    ("a OU OU b", "(OU a b)", ["« OU » sans mot à sa droite : ignoré."]),
    ("(a ET) b", "(ET a b)", ["« ET » sans mot à sa droite : ignoré."]),
    ("SAUF", "tout", ["« SAUF » sans mot à sa droite : ignoré."]),
    ("a SAUF OU b", "(OU a b)", ["« SAUF » sans mot à sa droite : ignoré."]),
    ("objet:demande", "(ET objet demande)", ["Champ « objet » inconnu : cherché comme un mot."]),
    ("titre: retraite", "retraite", ["Champ « titre » sans mot accolé : ignoré."]),
    ("Titre:", "tout", ["Champ « Titre » sans mot accolé : ignoré."]),
    ("titre:-a", "a", ["Champ « titre » sans mot accolé : ignoré."]),
    (
        "titre:ET",
        "tout",
        ["Champ « titre » sans mot accolé : ignoré.", "« ET » sans mot à sa gauche : ignoré."],
    ),
    (f"{DRAFT} OU", f"(ET {DRAFT})", ["« OU » sans mot à sa droite : ignoré."]),
    (
        f"{'x' * 60}:a",
        f"(ET {'x' * 60} a)",
        [f"Champ « {'x' * 39}… » inconnu : cherché comme un mot."],
    ),
    (
        "(" * 21 + "a" + ")" * 21,
        "a",
        ["Trop de parenthèses les unes dans les autres : les plus profondes sont ignorées."],
    ),
]


@pytest.mark.parametrize(("text", "expected"), VALID, ids=[case[0][:30] for case in VALID])
def test_valid_queries_mean_the_same_to_both_entries(text: str, expected: str) -> None:
    """A query that keeps to the grammar has one tree and no hint."""
    parsed = parse_lenient(text, FIELDS)

    assert (show(parsed.tree), show(parse_strict(text, FIELDS)), parsed.hints) == (
        expected,
        expected,
        (),
    )


@pytest.mark.parametrize(
    ("text", "expected", "messages"), REPAIRED, ids=[case[0][:30] for case in REPAIRED]
)
def test_broken_queries_are_repaired_or_refused(
    text: str, expected: str, messages: list[str]
) -> None:
    """What the lenient entry repairs and says, the strict entry refuses."""
    parsed = parse_lenient(text, FIELDS)

    assert (show(parsed.tree), [hint.message for hint in parsed.hints]) == (expected, messages)
    with pytest.raises(QuerySyntaxError):
        parse_strict(text, FIELDS)


ERRORS = [
    (
        "médecins (généralistes OU infirmiers",
        """\
Parenthèse non fermée : ajoutez « ) » ou retirez « ( ».
    médecins (généralistes OU infirmiers
             ^""",
    ),
    (
        "médecins) infirmiers",
        """\
Parenthèse non ouverte : ajoutez « ( » ou retirez « ) ».
    médecins) infirmiers
            ^""",
    ),
    (
        "retraite ( )",
        """\
Parenthèses vides : mettez-y un mot ou retirez-les.
    retraite ( )
             ^^^""",
    ),
    (
        "déserts\t“médicaux",
        """\
Guillemet non fermé : ajoutez un guillemet ou retirez celui-ci.
    déserts “médicaux
            ^""",
    ),
    (
        'retraite ""',
        """\
Guillemets sans mot : mettez-y un mot ou retirez-les.
    retraite ""
             ^^""",
    ),
    (
        '"médecins infirmiers"~500',
        """\
Distance « ~500 » trop grande : 100 mots au plus.
    "médecins infirmiers"~500
                         ^^^^""",
    ),
    (
        "in*firm",
        """\
Étoile qui n’est pas à la fin d’un mot : mettez « * » à la fin d’un mot, ou retirez-la.
    in*firm
      ^""",
    ),
    (
        "médecins ET",
        """\
« ET » sans mot à sa droite : ajoutez un mot ou retirez « ET ».
    médecins ET
             ^^""",
    ),
    (
        "| médecins",
        """\
« | » sans mot à sa gauche : ajoutez un mot ou retirez « | ».
    | médecins
    ^""",
    ),
    (
        "retraite objet:demande",
        """\
Champ « objet » inconnu : corrigez-le, ou mettez une espace après les deux-points.
    retraite objet:demande
             ^^^^^""",
    ),
    (
        "titre: retraite",
        """\
Champ « titre » sans mot accolé : mettez un mot juste après les deux-points.
    titre: retraite
    ^^^^^""",
    ),
    (
        "(" * 21 + "a" + ")" * 21,
        """\
Trop de parenthèses les unes dans les autres : simplifiez la recherche.
    (((((((((((((((((((((a)))))))))))))))))))))
                        ^""",
    ),
]


@pytest.mark.parametrize(("text", "rendering"), ERRORS, ids=[case[0] for case in ERRORS])
def test_error_when_the_grammar_is_broken(text: str, rendering: str) -> None:
    """An error says what is wrong and what to do, shows the query and points at the place."""
    with pytest.raises(QuerySyntaxError) as raised:
        parse_strict(text, FIELDS)

    assert str(raised.value) == rendering


def test_error_renders_on_one_line_whatever_the_query() -> None:
    """Line breaks and lone surrogates of the query cannot move the caret or break the output."""
    with pytest.raises(QuerySyntaxError) as raised:
        parse_strict("a\nb\ud800 *", FIELDS)

    assert str(raised.value).encode().decode().splitlines()[1:] == ["    a b  *", "         ^"]


def spans_of(text: str) -> list[tuple[str, str]]:
    """List the kind of each node, outside in, with the part of the query it stands for."""
    found: list[tuple[str, str]] = []

    def visit(node: Node) -> None:
        found.append((type(node).__name__, text[slice(*node.span)]))
        match node:
            case Not() | Fielded():
                visit(node.node)
            case And() | Or():
                for child in node.nodes:
                    visit(child)

    visit(parse_lenient(text, FIELDS).tree)
    return found


def test_spans_point_at_what_was_typed() -> None:
    """Each node knows its place in the query, quotes, stars, minus and parentheses included."""
    found = spans_of('Titre:(«eau», OU -infirm*) "a  b"~5 n° 1 960.')

    assert found == [
        ("And", 'Titre:(«eau», OU -infirm*) "a  b"~5 n° 1 960'),
        ("Fielded", "Titre:(«eau», OU -infirm*)"),
        ("Or", "(«eau», OU -infirm*)"),
        ("Word", "eau"),
        ("Not", "-infirm*"),
        ("Prefix", "infirm*"),
        ("Phrase", '"a  b"~5'),
        ("Word", "1 960"),
    ]


def test_hints_point_at_the_problem_in_the_order_of_the_text() -> None:
    """The hints of a query follow one another as their places do."""
    text = "a OU ) * objet:x ET"
    hints = parse_lenient(text, FIELDS).hints

    assert [text[slice(*hint.span)] for hint in hints] == [")", "*", "objet", "ET"]


def test_a_text_one_word_short_of_a_draft_is_a_query() -> None:
    """Twenty-nine words are all required; punctuation doesn't count as a word."""
    tree = parse_strict(" ".join(["mot"] * (DRAFT_WORDS - 1)) + " ! – ?", FIELDS)

    assert isinstance(tree, And)


@pytest.mark.parametrize("operator", ["OU", "OR", "|", "SAUF", "titre:x"])
def test_an_operator_makes_a_long_text_a_query(operator: str) -> None:
    """A long text with an alternative, an exclusion or a field was written as a query."""
    tree = parse_strict(f"{DRAFT} {operator} {DRAFT}", FIELDS)

    assert not isinstance(tree, Draft)


HOSTILE = {
    "opening parentheses": "(" * 5_000,
    "nested parentheses": "(" * 5_000 + "a" + ")" * 5_000,
    "nested exclusions": "-(" * 5_000 + "a" + ")" * 5_000,
    "nested fields": "titre:(" * 2_000 + "a" + ")" * 2_000,
    "quotes": '"' * 2_001,
    "typographic quotes": "“" * 10_001,
    "minuses": "-" * 10_001 + "a",
    "lonely minuses": "-" * 10_000,
    "exclusions": "SAUF " * 5_001 + "a OU b",
    "fields": "titre:" * 2_000 + "a",
    "stars": "a*" * 5_000,
    "bars": "| " * 5_000,
    "alternatives": "a OU " * 5_000 + "a",
    "grouped digits": "1 " + "234 " * 5_000 + "2345 OU a",
    "digits of a slop": '"a b"~' + "9" * 10_000,
    "one word": "a" * 10_000,
    "dots": "a." * 5_000,
    "unknown fields": "é:" * 5_000 + "a",
    "spaces after a number sign": "n°" + " " * 10_000,
    "NUL": "\x00" * 10_000,
    "surrogates": "\udfff" * 10_000,
}


LARGEST_DEPTH = 4 * (MOST_NESTED + 1)
"""A level of parentheses adds at most a Not, a Fielded, an Or and an And."""


def depth(node: Node) -> int:
    """How many nodes stand one in another."""
    match node:
        case Not() | Fielded():
            return 1 + depth(node.node)
        case And() | Or():
            return 1 + max(map(depth, node.nodes))
    return 1


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_texts_give_a_shallow_tree(text: str) -> None:
    """No text exhausts the stack, be it while parsing or while walking the tree."""
    tree = parse_lenient(text, FIELDS).tree

    assert depth(tree) <= LARGEST_DEPTH
    assert hash(tree) == hash(parse_lenient(text, FIELDS).tree)
    assert len(str(tree)) <= len(text) + 2 * LARGEST_DEPTH


def test_the_deepest_tree_prints_and_parses_back() -> None:
    """The limit on parentheses leaves room for the printed form of every parsed tree."""
    nested = "-titre:(a OU b " * MOST_NESTED + "c" + ")" * MOST_NESTED
    tree = parse_strict(nested, FIELDS)

    assert parse_strict(str(tree), FIELDS) == tree
