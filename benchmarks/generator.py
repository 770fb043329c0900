"""Generated questions: as long, as varied and as repetitive as real ones, and about nothing.

Words follow Zipf's law: the most frequent words of the demo corpus first, then a long tail made
of roots and endings, then communes that hardly any text names.
Every question has a topic, and takes about half of its words from it, so that some words go
together.
The same seed gives the same questions, one at a time: nothing grows with their number.
"""

from __future__ import annotations

import json
import math
import re
from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, pairwise, product
from pathlib import Path
from random import Random
from typing import Any, Final

from index.question import LEGISLATURES, Legislature, Question, make_question

DATA_UNTIL: Final = date(2026, 5, 12)
"""No generated date is later."""

DEMO: Final = Path(__file__).resolve().parents[1] / "demo" / "questions"

TOPICS: Final = 240
TOPIC_WORDS: Final = 40
SHARED_ANSWERS: Final = 0.06
"""How many answers are those of an earlier question, word for word."""

_ROOTS: Final = (
    "abond admin affect agrég ajust amén ancr applic arbitr assain attrib autor bal bénéf budg "
    "cadr calibr capt cess chauff cibl circul clar class codif coll combin commun compens concert "
    "confl conserv contrac coord cot crédit cultiv débit décl défisc délég dépend dériv désign "
    "dilig dot drain écol édif éduc élect émett emploi encadr énerg entret épargn équip estim "
    "étal évalu exempt expéd explor fabric factur féd fertil financ fiscal fluid fond form forest "
    "gar génér gest gouvern grat habil harmon hébergé hydr ident immob import incit indemn inform "
    "innov insér install intégr investig irrig journ jurid labor légal libér limit liquid loc "
    "maint mandat march médic mobil modér monét mutual navig négoc norm notif numér obstruct "
    "opér orient oxyd parcell particip patrim péd pénal plaf planif plant polit port précar "
    "prélèv prévent prior prolong prot public qualif ratif réact recens recycl réform régul "
    "rembours rémun rénov répart résid rest révis rural sanct scol sécur sign soc solid souten "
    "spéc stabil subvent supprim surveill syndic tarif tax territ toler trait transfér transit "
    "trav urban util vaccin valid valor vers vigil vit zon"
).split()
_ENDINGS: Final = (
    "ation ations ement ements eur eurs euse euses ique iques isme iste istes age ages ité ités "
    "aire aires able ables ateur ateurs atrice atrices if ifs ive ives ance ances oire oires "
    "er ent ait ant é és ée ées era eront"
).split()
_PREFIXES: Final = ("", "re", "pré", "sur", "inter", "sous-", "co", "contre-", "non-", "micro-")
COMMUNES: Final = tuple(
    map(
        "".join,
        product(
            "Val Mont Roch Chât Vill Font Bell Pierr Cast Beauv Aubr Grang Clair Sauv".split(),
            "er ign ol and essi our ann".split(),
            "ac ville court oux euil ières esse olles igny ombe".split(),
        ),
    )
)
"""Names without plural, feminine or verb: each is a family of one."""

_OPENINGS: Final = (
    "{auteur} attire l’attention de M. le ministre sur",
    "{auteur} interroge Mme la ministre sur",
    "{auteur} appelle l'attention du Gouvernement sur",
    "{auteur} alerte M. le ministre sur",
)
_REQUESTS: Final = (
    "Il souhaite connaître les mesures que le Gouvernement entend prendre pour",
    "Elle lui demande dans quel délai il compte agir pour",
    "Il lui demande de bien vouloir préciser ses intentions concernant",
)
_LINKS: Final = (
    "de la | du | des | de l’| d’une | pour les | dans le | et la | sur le | par l'| qui | que le "
    "| afin de | sans | avec une | au | aux | ou les | en | les | la | le | un | une "
).split("|")
"""What stands between two words; most texts have nearly all of them."""

_MINISTERES: Final = (
    "Santé et accès aux soins",
    "Économie, finances et industrie",
    "Éducation nationale",
    "Intérieur",
    "Travail et emploi",
    "Agriculture et souveraineté alimentaire",
    "Transition écologique",
    "Justice",
    "Transports",
    "Logement",
    "Comptes publics",
    "Culture",
    "Armées et anciens combattants",
    "Europe et affaires étrangères",
    "Enseignement supérieur et recherche",
    "Ruralité",
    "Outre-mer",
    "Sports, jeunesse et vie associative",
)
_GROUPES: Final = (
    ("Union des territoires", "UDT"),
    ("Progrès et solidarité", "PES"),
    ("Alliance des communes", "ADC"),
    ("Écologie et libertés", "EEL"),
    ("Rassemblement des centres", "RDC"),
    ("Gauche des départements", "GDD"),
    ("Nouvelle droite rurale", "NDR"),
    ("Non inscrit", "NI"),
)
_DEPARTEMENTS: Final = (
    "Ain Aisne Allier Ardèche Ariège Aube Aude Aveyron Calvados Cantal Charente Cher Corrèze "
    "Creuse Dordogne Doubs Drôme Eure Finistère Gard Gers Gironde Hérault Isère Jura Landes Loire "
    "Lot Manche Marne Mayenne Meuse Morbihan Moselle Nièvre Nord Oise Orne Paris Rhône Sarthe "
    "Savoie Somme Tarn Var Vaucluse Vendée Vienne Vosges Yonne"
).split()
_PRENOMS: Final = (
    ("Mme", "Odile"), ("M.", "Gaspard"), ("Mme", "Solène"), ("M.", "Aurélien"), ("Mme", "Noémie"),
    ("M.", "Thibault"), ("Mme", "Inès"), ("M.", "Joël"), ("Mme", "Clémence"), ("M.", "Rémi"),
)  # fmt: skip


TAIL_WORDS: Final = 30_000
COMMUNE_SHARE: Final = 0.004
"""How many words name a commune; each commune is rare."""

WORDS_PER_CONTENT_WORD: Final = 2.6
"""With the links between them; phrases are two words."""

PHRASE_SHARE: Final = 0.12
TOPIC_SHARE: Final = 0.45
NUMBER_SHARE: Final = 0.02


class Draw:
    """Draws from a list by Zipf's and Mandelbrot's law: the r-th weighs 1 / (r + shift)."""

    def __init__(self, values: Sequence[Any], shift: float = 2.7) -> None:
        self._values = values
        self._bounds = list(accumulate(1 / (rank + shift) for rank in range(len(values))))

    def __call__(self, random: Random) -> Any:
        """One value."""
        return self._values[bisect(self._bounds, random.random() * self._bounds[-1])]


@dataclass(frozen=True, slots=True)
class Topic:
    """What a question is about: its headings, and the words and phrases it often uses."""

    rubrique: str
    ministere: str
    words: Draw
    phrases: Draw


@dataclass(frozen=True, slots=True)
class Author:
    """A député with what the record says of one."""

    civilite: str
    prenom: str
    nom: str
    acteur_ref: str
    groupe: tuple[str, str]
    departement: str


class World:
    """Everything questions are made from, the same for the same seed."""

    def __init__(self, random: Random) -> None:
        words = list(dict.fromkeys([*_demo_words(), *_tail(random)]))
        self.words = Draw(words)
        self.topics = Draw([_topic(random, self.words) for _ in range(TOPICS)], shift=12)
        self.authors = Draw([_author(random, number) for number in range(577)], shift=150)
        self.ministeres = Draw(_MINISTERES)

    def text(self, random: Random, topic: Topic, words: int) -> str:
        """Paragraphs of about this many words."""
        sentences = []
        while words > 0:
            length = random.randint(9, 22)
            sentences.append(self._sentence(random, topic, length))
            words -= round(WORDS_PER_CONTENT_WORD * length)
        cut = random.randrange(len(sentences)) if len(sentences) > 6 else 0
        paragraphs = (" ".join(part) for part in (sentences[:cut], sentences[cut:]) if part)
        return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)

    def _sentence(self, random: Random, topic: Topic, length: int) -> str:
        parts = [f"{random.choice(_LINKS)}{self._word(random, topic)}" for _ in range(length)]
        text = " ".join(" ".join(parts).split())
        return f"{text[:1].upper()}{text[1:]}."

    def _word(self, random: Random, topic: Topic) -> str:
        chance = random.random()
        if chance < COMMUNE_SHARE:
            return random.choice(COMMUNES)
        if chance < COMMUNE_SHARE + NUMBER_SHARE:
            return random.choice(("{} euros", "{} %", "{}")).format(random.randint(2, 2030))
        if chance < COMMUNE_SHARE + NUMBER_SHARE + PHRASE_SHARE:
            return topic.phrases(random)
        return (topic.words if random.random() < TOPIC_SHARE else self.words)(random)


def generate_questions(count: int, seed: int = 1) -> Iterator[Question]:
    """That many questions, none of them fictional by its number, each with its own uid."""
    random = Random(seed)
    world = World(random)
    numbers: Counter[int] = Counter()
    answers: list[str] = []
    for _ in range(count):
        sat = random.choices(LEGISLATURES[-4:], (35, 30, 15, 20))[0]
        numbers[sat.numero] += 1
        yield _question(random, world, sat, numbers[sat.numero], answers)


def write_questions(questions: Iterator[Question], path: Path) -> None:
    """Write questions as the program's own NDJSON."""
    with path.open("w", encoding="utf-8") as file:
        for question in questions:
            file.write(json.dumps(question.as_record(None), ensure_ascii=False) + "\n")


def _question(
    random: Random, world: World, sat: Legislature, number: int, answers: list[str]
) -> Question:
    topic: Topic = world.topics(random)
    author: Author = world.authors(random)
    asked = _day(random, sat.start, sat.end or DATA_UNTIL)
    record: dict[str, Any] = {
        "legislature": sat.numero,
        "type": random.choices(("QE", "QG", "QOSD"), (95, 3, 2))[0],
        "numero": number,
        "titre": _title(random, topic),
        "rubrique": topic.rubrique,
        **_author_fields(author),
        "ministere": topic.ministere,
        "ministere_developpe": f"Ministère : {topic.ministere}",
        "ministere_interroge": topic.ministere
        if random.random() < 0.9
        else world.ministeres(random),
        "texte_question": _asking(random, world, topic, author),
        "date_question": asked,
        "page_jo_question": random.randint(1, 9_999),
        "source": "generated.ndjson",
    }
    return make_question(**record, **_what_became_of_it(random, world, topic, asked, answers))


def _what_became_of_it(
    random: Random, world: World, topic: Topic, asked: date, answers: list[str]
) -> dict[str, Any]:
    """The answer, the withdrawal, or nothing yet; and what happened meanwhile."""
    delay = timedelta(days=min(1_200, round(random.lognormvariate(math.log(120), 0.8))))
    later = {"date_signalement": 60, "dates_renouvellement": 90}
    record: dict[str, Any] = {
        name: min(DATA_UNTIL, asked + timedelta(days=days))
        for name, days in later.items()
        if random.random() < 0.05
    }
    if "dates_renouvellement" in record:
        record["dates_renouvellement"] = (record["dates_renouvellement"],)
    chance = random.random()
    if chance < 0.04:
        record |= {
            "date_retrait": min(DATA_UNTIL, asked + delay),
            "motif_retrait": random.choice(("Fin de mandat", "Caducité", "Retrait")),
        }
    elif chance < 0.85 and asked + delay <= DATA_UNTIL:
        record |= {
            "date_reponse": asked + delay,
            "page_jo_reponse": random.randint(1, 9_999),
            "texte_reponse": _answer(random, world, topic, answers),
        }
    return record


def _answer(random: Random, world: World, topic: Topic, answers: list[str]) -> str:
    """An answer; `answers` holds some earlier ones, for it to be one of."""
    if answers and random.random() < SHARED_ANSWERS:
        return random.choice(answers)
    text = world.text(random, topic, round(random.triangular(200, 480, 300)))
    answers.append(text)
    del answers[:-50]
    return text


def _asking(random: Random, world: World, topic: Topic, author: Author) -> str:
    opening = random.choice(_OPENINGS).format(
        auteur=f"{author.civilite} {author.prenom} {author.nom}"
    )
    body = world.text(random, topic, round(random.triangular(100, 240, 150)))
    request = f"{random.choice(_REQUESTS)} {topic.phrases(random)}."
    return f"<p>{opening} {topic.phrases(random)}.</p>{body}<p>{request}</p>"


def _title(random: Random, topic: Topic) -> str:
    words = [topic.phrases(random), *(topic.words(random) for _ in range(random.randint(1, 4)))]
    title = " ".join(words)
    return title[:1].upper() + title[1:]


def _author_fields(author: Author) -> dict[str, str]:
    groupe, sigle = author.groupe
    return {
        "auteur": f"{author.civilite} {author.prenom} {author.nom}",
        "civilite": author.civilite,
        "prenom": author.prenom,
        "nom": author.nom,
        "acteur_ref": author.acteur_ref,
        "groupe": groupe,
        "groupe_sigle": sigle,
        "departement": author.departement,
    }


def _author(random: Random, number: int) -> Author:
    civilite, prenom = random.choice(_PRENOMS)
    return Author(
        civilite=civilite,
        prenom=prenom,
        nom=random.choice(COMMUNES),
        acteur_ref=f"PA{700_000 + number}",
        groupe=Draw(_GROUPES)(random),
        departement=random.choice(_DEPARTEMENTS),
    )


def _topic(random: Random, words: Draw) -> Topic:
    # Frequent words belong to no topic in particular: they would make all topics alike.
    own = [words(random) for _ in range(4 * TOPIC_WORDS)]
    own = list(dict.fromkeys(sorted(own, key=lambda _: random.random())))[:TOPIC_WORDS]
    phrases = [f"{one} {other}" for one, other in pairwise(own)]
    return Topic(
        rubrique=" : ".join(own[: random.randint(1, 2)]),
        ministere=Draw(_MINISTERES)(random),
        words=Draw(own),
        phrases=Draw(phrases[:12]),
    )


def _day(random: Random, start: date, end: date) -> date:
    """A Tuesday, the day on which the questions of the JO come out."""
    day = start + timedelta(days=random.randrange((end - start).days))
    return max(start, day - timedelta(days=(day.weekday() - 1) % 7))


def _demo_words() -> Iterator[str]:
    """The words of the demo corpus that mean something, the most frequent first."""
    counts: Counter[str] = Counter()
    for path in sorted(DEMO.glob("*.json")):
        for text in re.findall(r'"texte": "(.*)"', path.read_text(encoding="utf-8")):
            counts.update(re.findall(r"[a-zà-ÿœ]{5,}", re.sub(r"<.*?>", " ", text).lower()))
    return (word for word, _ in counts.most_common(1_500))


def _tail(random: Random) -> list[str]:
    """Words that could be French: a root, an ending, and often a prefix."""
    made = ["".join(parts) for parts in product(_PREFIXES, _ROOTS, _ENDINGS)]
    return random.sample(made, TAIL_WORDS)
