"""The films and cards that other tests rely on."""

from datetime import date

import numpy as np

from erjian.standards import id_numbers
from tests.faces import cards, filming


def test_no_two_frames_of_a_film_are_alike_and_a_seed_repeats_it():
    frames = filming.film("astronaut", ["blink"])
    assert len({image.tobytes() for _, image in frames}) == len(frames)
    assert [at for at, _ in frames] == sorted({at for at, _ in frames})
    again = filming.film("astronaut", ["blink"])
    assert np.array_equal(np.asarray(frames[3][1]), np.asarray(again[3][1]))


def test_drawn_cards_carry_a_number_with_a_right_check_digit_of_a_county_that_never_was():
    card = cards.Card(sex="男", born=date(1990, 1, 2))
    parsed = id_numbers.parse(card.id_number)
    assert (parsed.birth_date, parsed.sex.label) == (date(1990, 1, 2), "男")
    assert card.id_number.startswith(cards.UNASSIGNED_COUNTY)
    assert cards.front(card).size == cards.back(card).size == cards.SIZE
