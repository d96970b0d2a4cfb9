from ticket_daemon.poster.raster.cache import ENTRY_COST, BytesCache


def test_what_was_put_comes_back():
    cache = BytesCache(10_000)
    cache.put("a", b"123")
    assert cache.get("a") == b"123"
    assert cache.get("b") is None


def test_size_stays_under_the_limit_and_the_longest_unused_goes_first():
    cache = BytesCache(10 * (ENTRY_COST + 100))
    for number in range(10):
        cache.put(number, bytes(100))
    assert cache.size == cache.limit
    cache.get(0)
    cache.put("new", bytes(100))
    assert cache.get(0) is not None
    assert cache.get(1) is None
    assert len(cache) == 10
    assert cache.size <= cache.limit


def test_putting_a_key_again_is_charged_once():
    cache = BytesCache(10_000)
    cache.put("a", bytes(100))
    cache.put("a", bytes(50))
    assert cache.size == ENTRY_COST + 50


def test_what_is_larger_than_the_cache_is_not_kept():
    cache = BytesCache(1000)
    cache.put("small", b"1")
    cache.put("large", bytes(1000))
    assert cache.get("large") is None
    assert cache.get("small") == b"1"


def test_a_large_key_is_charged_too():
    cache = BytesCache(10_000)
    cache.put("a" * 300, bytes(100), key_bytes=300)
    assert cache.size == ENTRY_COST + 400
    cache.put("a" * 300, bytes(100), key_bytes=300)
    assert cache.size == ENTRY_COST + 400
    cache.put("b" * 9600, bytes(100), key_bytes=9600)
    assert cache.get("b" * 9600) is None
