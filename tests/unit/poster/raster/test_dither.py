"""Error diffusion in waves: the same dots as a loop over pixels."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticket_daemon.poster.raster.dither import ATKINSON, FLOYD_STEINBERG, diffuse

#: (x, y) of the neighbour that an error comes from, relative to the pixel -> weight; then the denominator's power of 2.
NEIGHBOURS = {
    ATKINSON: ({(-1, 0): 1, (-2, 0): 1, (1, -1): 1, (0, -1): 1, (-1, -1): 1, (0, -2): 1}, 3),
    FLOYD_STEINBERG: ({(-1, 0): 7, (1, -1): 3, (0, -1): 5, (-1, -1): 1}, 4),
}


def pixel_by_pixel(grey: bytes, width: int, height: int, threshold: int, way) -> bytes:
    weights, shift = NEIGHBOURS[way]
    errors: dict[tuple[int, int], int] = {}
    out = bytearray()
    for y in range(height):
        for x in range(width):
            reached = sum(weight * errors.get((x + dx, y + dy), 0) for (dx, dy), weight in weights.items())
            value = grey[y * width + x] + (reached + (1 << shift - 1) >> shift)
            white = value >= threshold
            errors[x, y] = value - 255 * white
            out.append(white)
    return bytes(out)


@pytest.mark.parametrize("way", [ATKINSON, FLOYD_STEINBERG], ids=["atkinson", "floyd-steinberg"])
@settings(deadline=None, max_examples=60)
@given(
    half=st.integers(2, 16),
    height=st.integers(1, 40),
    threshold=st.integers(0, 255),
    seed=st.integers(0, 2**32),
    flat=st.none() | st.integers(0, 255),
)
def test_waves_give_what_a_loop_over_pixels_gives(way, half, height, threshold, seed, flat):
    width = half * 2
    size = width * height
    grey = random.Random(seed).randbytes(size) if flat is None else bytes((flat,)) * size
    assert diffuse(grey, width, height, threshold, way) == pixel_by_pixel(grey, width, height, threshold, way)


@pytest.mark.parametrize("grey", [16, 64, 128, 192, 240])
def test_floyd_steinberg_keeps_the_tone(grey):
    white = diffuse(bytes((grey,)) * 128 * 128, 128, 128, 128, FLOYD_STEINBERG)
    assert sum(white) / len(white) == pytest.approx(grey / 255, abs=0.02)


def test_atkinson_raises_contrast_but_keeps_the_middle_and_the_order():
    shares = []
    for grey in range(0, 256, 15):
        white = diffuse(bytes((grey,)) * 128 * 128, 128, 128, 128, ATKINSON)
        shares.append(sum(white) / len(white))
    assert shares[0] == 0
    assert shares[-1] == 1
    assert shares == sorted(shares)
    assert (shares[8] + shares[9]) / 2 == pytest.approx(0.5, abs=0.03)  # 120 and 135
    assert all(abs(share - index / 17) < 0.15 for index, share in enumerate(shares))


def test_black_and_white_stay_as_they_are():
    grey = bytes(random.Random(1).choice((0, 255)) for _ in range(64 * 20))
    for way in (ATKINSON, FLOYD_STEINBERG):
        assert diffuse(grey, 64, 20, 128, way) == bytes(value // 255 for value in grey)
