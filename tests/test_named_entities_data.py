"""The named-entity corpus is what its script makes and what its card says; what is held out is not in training."""

from __future__ import annotations

import hashlib
import re
import runpy
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random
from types import SimpleNamespace

import pytest

from unrolled.datasets import named_entities
from unrolled.datasets.named_entities import KINDS, TAGS, Sentence, load_sentences

FOLDER = Path(__file__).parents[1] / "data" / "named_entities"
TRAIN, HELD_OUT = load_sentences("train"), load_sentences("held_out")
EVERYTHING = TRAIN + HELD_OUT
CARD = (FOLDER / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def corpus():
    """The script that makes the corpus, and the language that it is written in."""
    before = list(sys.path)
    sys.path.insert(0, str(FOLDER))
    try:
        yield SimpleNamespace(**runpy.run_path(str(FOLDER / "make_corpus.py")))
    finally:
        sys.path[:] = before
        for name in ("grammar", "numbers_in_text"):
            sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def clean(corpus):
    """The sentences of the training part before the noise."""
    return list(corpus.make_sentences("train", 0.0))


@pytest.fixture(scope="module")
def grammar(corpus):
    return sys.modules["grammar"]


def names_of(sentence: Sentence) -> list[tuple[str, str]]:
    """(name, kind) of each entity; the tags of the corpus are well formed, so an I- always goes on."""
    out: list[tuple[str, str]] = []
    for word, tag in zip(*sentence, strict=True):
        if tag.startswith("B-"):
            out.append((word, tag[2:]))
        elif tag.startswith("I-"):
            out[-1] = (f"{out[-1][0]} {word}", tag[2:])
    return out


# The files


def test_corpus_is_what_its_script_makes():
    done = subprocess.run([sys.executable, str(FOLDER / "make_corpus.py"), "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_check_of_the_script_sees_a_changed_and_a_missing_file(tmp_path):
    copy = tmp_path / "named_entities"
    shutil.copytree(FOLDER, copy, ignore=shutil.ignore_patterns("__pycache__"))
    text = (copy / "held_out.txt").read_text(encoding="utf-8")
    (copy / "held_out.txt").write_text(text.replace("\tB-PER\n", "\tB-LOC\n", 1), encoding="utf-8")
    (copy / "train.txt").unlink()
    done = subprocess.run([sys.executable, str(copy / "make_corpus.py"), "--check"], capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    assert done.stdout == "".join(f"{part}.txt is not what make_corpus.py writes\n" for part in ("train", "held_out"))


def test_card_tells_the_truth(corpus):
    facts = []
    for part, sentences in (("train", TRAIN), ("held_out", HELD_OUT)):
        text = (FOLDER / f"{part}.txt").read_bytes()
        kinds = Counter(kind for sentence in sentences for _, kind in names_of(sentence))
        facts += [
            f"{len(sentences):,}",
            f"{len(text):,}",
            hashlib.sha256(text).hexdigest(),
            f"{sum(len(sentence.words) for sentence in sentences):,}",
            *(f"{kinds[kind]:,}" for kind in KINDS),
        ]
    facts.append(f"{len(corpus.read_patterns())} patterns")
    for file in sorted(FOLDER.glob("gazetteers/*.txt")) + sorted(FOLDER.glob("words/*.txt")):
        facts.append(f"`{file.stem}` {len(file.read_text(encoding='utf-8').splitlines()):,}")
    for fact in facts:
        assert fact in CARD, fact


@pytest.mark.parametrize(
    "source", ["Census", "GeoNames", "pytickersymbols", "WordNet 3.0 Copyright 2006 by Princeton University"]
)
def test_card_names_the_sources(source):
    assert source in CARD


def test_card_names_the_licences():
    for licence in ("CC BY 4.0", "public domain", "MIT", "permission to use, copy, modify and distribute".capitalize()):
        assert licence in CARD, licence


def test_the_folder_is_small():
    assert sum(file.stat().st_size for file in FOLDER.rglob("*") if file.is_file() and file.suffix != ".pyc") < 6e6


# The loader


def test_loader_refuses_other_parts():
    with pytest.raises(ValueError, match="'test'"):
        load_sentences("test")  # type: ignore[arg-type]


@pytest.mark.parametrize("line", ["Paris", "Paris B-LOC", "Paris\tB-MISC", "\tO"])
def test_loader_names_the_line_that_it_cannot_read(monkeypatch, tmp_path, line):
    (tmp_path / "named_entities").mkdir()
    (tmp_path / "named_entities" / "train.txt").write_text(f"In\tO\n{line}\n\n", encoding="utf-8")
    monkeypatch.setattr(named_entities, "data_folder", lambda: tmp_path)
    with pytest.raises(ValueError, match="train.txt, line 2"):
        load_sentences("train")


def test_loader_reads_what_stands_there(monkeypatch, tmp_path):
    (tmp_path / "named_entities").mkdir()
    (tmp_path / "named_entities" / "train.txt").write_text("In\tO\nRome\tB-LOC\n\nNo\tO\n\n", encoding="utf-8")
    monkeypatch.setattr(named_entities, "data_folder", lambda: tmp_path)
    assert load_sentences("train") == [Sentence(["In", "Rome"], ["O", "B-LOC"]), Sentence(["No"], ["O"])]


# The sentences


def test_tags_are_well_formed():
    for sentence in EVERYTHING:
        assert len(sentence.words) == len(sentence.tags)
        for before, tag in zip(["O", *sentence.tags], sentence.tags, strict=False):
            assert tag in TAGS
            assert not tag.startswith("I-") or before[2:] == tag[2:], sentence


def test_words_are_words():
    """Nothing of the language of the patterns is left, and no word holds a space."""
    for sentence in EVERYTHING:
        assert not [word for word in sentence.words if re.search(r"[{}<>|~=^\s]|^$", word)], sentence
        assert " the the " not in f" {' '.join(sentence.words).lower()} "


def test_lengths_are_those_of_text():
    lengths = sorted(len(sentence.words) for sentence in EVERYTHING)
    assert lengths[0] >= 4 and lengths[-1] <= 40
    assert 12 <= lengths[len(lengths) // 2] <= 25
    assert sum(12 <= length <= 25 for length in lengths) > len(lengths) * 0.75


def test_no_sentence_stands_twice():
    assert len({tuple(sentence.words) for sentence in EVERYTHING}) == len(EVERYTHING)


def test_every_kind_is_there_in_numbers_and_most_words_are_none():
    for sentences in (TRAIN, HELD_OUT):
        kinds = Counter(kind for sentence in sentences for _, kind in names_of(sentence))
        assert min(kinds[kind] for kind in KINDS) > sum(kinds.values()) * 0.2
        tags = Counter(tag for sentence in sentences for tag in sentence.tags)
        assert 0.6 < tags["O"] / sum(tags.values()) < 0.85


def test_there_are_sentences_without_a_name_and_headlines_in_capitals():
    for sentences in (TRAIN, HELD_OUT):
        assert sum(set(sentence.tags) == {"O"} for sentence in sentences) > len(sentences) * 0.04
        capitals = [sentence for sentence in sentences if all(word.upper() == word for word in sentence.words)]
        assert len(capitals) > len(sentences) * 0.004
        assert sentences is HELD_OUT or any(set(s.tags) != {"O"} for s in capitals)
        assert any(word.islower() for s in sentences if set(s.tags) == {"O"} for word in s.words[:1])


def test_many_capitalised_words_are_no_names():
    inside = [(w, t) for s in EVERYTHING for w, t in zip(s.words[1:], s.tags[1:], strict=True) if w[0].isupper()]
    assert 0.1 < sum(tag == "O" for _, tag in inside) / len(inside) < 0.5
    none = {word for word, tag in inside if tag == "O"}
    assert {"March", "Friday", "French", "Latin", "Dr.", "President", "Nobel", "World", "Buddhism", "Internet"} <= none


@pytest.mark.parametrize("word", ["Washington", "Lincoln", "Jackson", "Houston", "Florence", "Chelsea"])
def test_a_word_alone_is_person_place_or_organisation_by_its_sentence(word):
    """The spans of one word: the same word in at least two kinds, and as the beginning of a longer name."""
    kinds = Counter(kind for sentence in TRAIN for name, kind in names_of(sentence) if name == word)
    assert sum(count > 1 for count in kinds.values()) >= 2, kinds


def test_words_are_ambiguous_at_the_beginning_of_sentences():
    """Many first words are met with two tags or more: what they are cannot be told before the next words are read."""
    tags: dict[str, Counter[str]] = {}
    for sentence in TRAIN:
        tags.setdefault(sentence.words[0], Counter())[sentence.tags[0]] += 1
    several = {word for word, counts in tags.items() if sum(count > 1 for count in counts.values()) >= 2}
    assert len(several) > 80
    assert {"O", "B-PER"} <= set(tags["Teddy"])
    assert sum({"O", "B-PER"} <= set(counts) for word, counts in tags.items() if word.istitle()) > 15


# What is held out, and the noise


def test_patterns_are_many_all_different_and_split_whole(corpus):
    patterns = corpus.read_patterns()
    assert len(patterns) >= 500
    assert len({str(pattern.tree) for pattern in patterns}) == len(patterns)
    places = [{pattern.place for pattern in corpus.split_patterns(part)} for part in ("train", "held_out")]
    assert not places[0] & places[1]
    assert places[0] | places[1] == {pattern.place for pattern in patterns}
    assert len(places[1]) >= 90 and 0.08 < len(places[1]) / len(patterns) < 0.2


def test_every_file_of_patterns_is_in_both_parts(corpus):
    files = [{pattern.place.split(":")[0] for pattern in corpus.split_patterns(part)} for part in ("train", "held_out")]
    assert files[0] == files[1] == {file.stem for file in FOLDER.glob("patterns/*.txt")}


def test_a_quarter_of_every_list_of_names_is_kept_from_training(corpus):
    names = corpus.Names("train")
    assert names.share_of_new == 0
    everything = {name for entries in names.known.values() for name in entries}
    for file in FOLDER.glob("gazetteers/*.txt"):
        entries = file.read_text(encoding="utf-8").splitlines()
        assert len(set(entries)) == len(entries), file.stem
        assert sorted(names.known[file.stem] + names.aside[file.stem]) == sorted(entries)
        assert 0.19 < len(names.aside[file.stem]) / len(entries) < 0.31, file.stem
        assert not everything & set(names.aside[file.stem]), file.stem
    assert 0.24 < len(names.kept) / (len(names.kept) + len(everything)) < 0.26


def test_training_draws_known_names_only_and_held_out_both(corpus):
    for part, share in (("train", 0.0), ("held_out", 0.3)):
        names, rng = corpus.Names(part), Random(1)
        drawn = [names.draw("surname", rng) for _ in range(400)]
        new = sum(name in set(names.aside["surname"]) for name in drawn)
        assert new == 0 if share == 0 else 80 < new < 160


def test_names_kept_aside_are_met_in_held_out_and_never_in_training(corpus, clean):
    """As whole names; a part of a made-up one may agree with them."""
    kept = corpus.Names("train").kept
    assert not kept & {name for sentence in clean for name in corpus.names_in(sentence)}
    held_out = [name for sentence in HELD_OUT for name, _ in names_of(sentence)]
    assert sum(name in kept for name in held_out) > len(held_out) * 0.06


def test_noise_is_in_training_only_and_two_to_three_in_a_hundred_names(corpus, clean):
    assert [[word for word, _ in sentence] for sentence in clean] == [sentence.words for sentence in TRAIN]
    wrong = total = 0
    for right, sentence in zip(clean, TRAIN, strict=True):
        tags = [tag for _, tag in right]
        for at in [at for at, tag in enumerate(tags) if tag.startswith("B-")]:
            end = at + 1
            while end < len(tags) and tags[end].startswith("I-"):
                end += 1
            total += 1
            wrong += tags[at:end] != sentence.tags[at:end]
    assert 0.02 <= wrong / total <= 0.03
    held_out = list(corpus.make_sentences("held_out", 0.0))
    assert [[tag for _, tag in sentence] for sentence in held_out] == [sentence.tags for sentence in HELD_OUT]


def test_what_noise_does_to_a_name(corpus):
    sentence = [("Ann", "B-PER"), ("Lee", "I-PER"), ("saw", "O"), ("Rome", "B-LOC")]
    spoilt = {tuple(tag for _, tag in corpus.spoil(sentence, 1.0, Random(seed))) for seed in range(200)}
    assert {tags[:2] for tags in spoilt} == {("B-LOC", "I-LOC"), ("B-ORG", "I-ORG"), ("O", "O"), ("B-PER", "O")}
    assert {tags[2:] for tags in spoilt} == {("O", "B-PER"), ("O", "B-ORG"), ("O", "O")}
    assert corpus.spoil(sentence, 0.0, Random(1)) == sentence


# The language of the patterns


def written(grammar, pattern: str, seed: int = 0, **rules: str) -> str:
    """A sentence of a pattern as `word/tag`, with rules given by name; the one list of names holds Ann Lee."""
    lists = {"name": "Ann Lee"}
    writer = grammar.Writer({name: grammar.parse(text) for name, text in rules.items()}, lambda name, _: lists[name])
    return " ".join(
        word + ("/" + tag) * (tag != "O") for word, tag in writer.sentence(grammar.parse(pattern), Random(seed))
    )


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("so <PER {name}> left .", "So Ann/B-PER Lee/I-PER left ."),
        ("<PER {name=x}> and {x}", "Ann/B-PER Lee/I-PER and Ann Lee"),
        ("{who=x} , or {x.surname} ,", "Ann/B-PER Lee/I-PER , or Lee/B-PER ,"),
        ("the <ORG Bank of {name}> and the the end", "The Bank/B-ORG of/I-ORG Ann/I-ORG Lee/I-ORG and the end"),
        ("see a apple , a union , a year", "See an apple , a union , a year"),
        ("two fox ~ s , city ~ s , man ~ s and day ~ s", "Two foxes , cities , men and days"),
        ("in <LOC Ash ~ ford> ~ shire", "In Ashford/B-LOC shire"),
        ("the {^small}", "The Red Thing"),
        ("!! <PER {name}> of no {small}", "ANN/B-PER LEE/I-PER OF NO RED THING"),
        ("! how to end a {small}", "How to End a Red Thing"),
        ("_ This IS <PER {name}>", "this is ann/B-PER lee/I-PER"),
        ("all [is|is] [|] well", "All is well"),
    ],
)
def test_language_of_patterns(grammar, pattern, sentence):
    if "shire" in sentence:  # a mark of joining reaches into what follows it only
        assert written(grammar, pattern) == "In Ashford ~ shire".replace("Ashford ~ ", "Ashford") + "/B-LOC"
        return
    assert written(grammar, pattern, who="<PER {name}>", small="red thing") == sentence


def test_weights_of_alternatives(grammar):
    drawn = Counter(written(grammar, "[9* a b|c d]", seed) for seed in range(300))
    assert set(drawn) == {"A b", "C d"} and drawn["A b"] > 4 * drawn["C d"] > 0


@pytest.mark.parametrize("pattern", ["[a|b", "a ]", "<PER x", "x >", "<XYZ x>", "{a b"])
def test_patterns_that_cannot_be_read_are_refused(grammar, pattern):
    with pytest.raises(ValueError):
        grammar.parse(pattern)


def test_rules_that_stand_twice_are_refused(grammar, tmp_path):
    (tmp_path / "rules.txt").write_text("# names\na = b | c\n | d\na = e\n", encoding="utf-8")
    with pytest.raises(ValueError, match="stands twice"):
        grammar.read_rules([tmp_path / "rules.txt"])


def test_every_rule_and_list_is_used_and_every_slot_is_filled(corpus, grammar):
    rules = grammar.read_rules(sorted(FOLDER.glob("rules/*.txt")))
    names = corpus.Names("train")
    lists = set(names.known) | set(names.words)
    trees = [*rules.values(), *(pattern.tree for pattern in corpus.read_patterns())]
    wanted = {name for tree in trees for name in grammar.slots(tree)}
    kept = {keep for pattern in corpus.read_patterns() for keep in grammar.kept(pattern.tree)}
    known = set(rules) | lists | set(corpus.NUMBERS)
    assert not {name for name in wanted if name.partition(".")[0] not in known | kept}
    assert not known - wanted
