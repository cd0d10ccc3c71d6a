"""Lifespan startup before the first connection, shutdown after the last, and the exit code."""

from __future__ import annotations

import signal

import pytest

from testing.processes import ServerFailed


def test_startup_comes_before_listening_and_shutdown_after(toy):
    assert toy.stats()

    assert toy.terminate() == 0
    log = toy.log_text()
    assert log.index("started") < log.index("Listening on") < log.index("told to shut down")


def test_an_application_that_fails_to_start_exits_with_its_message(start):
    with (
        pytest.raises(ServerFailed, match="no disk in the drive") as failed,
        start(lifespan="fails"),
    ):
        pass

    assert "ended with 1:" in str(failed.value)
    assert "Listening on" not in str(failed.value)


def test_an_application_without_lifespan_is_served(start):
    with start(lifespan="unspoken") as toy:
        assert toy.stats()

        assert toy.terminate() == 0


def test_an_application_that_breaks_while_it_shuts_down_is_logged(start):
    with start(lifespan="breaks_later") as toy:
        assert toy.terminate() == 1

        assert "RuntimeError: the journal is stuck" in toy.log_text()


def test_an_application_that_does_not_shut_down_is_not_waited_for(start):
    with start(lifespan="never_ends", drain=1) as toy:
        assert toy.terminate() == 0

        assert "took too long" in toy.log_text()


def test_a_port_in_use_ends_with_a_message_after_a_shutdown(toy, start):
    with pytest.raises(ServerFailed, match="Couldn't listen") as failed, start(port=toy.port):
        pass

    assert "ended with 1:" in str(failed.value)
    assert "told to shut down" in str(failed.value)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_exits_immediately(start, number, until):
    with start(lifespan="never_ends", drain=600) as toy:
        toy.send(number)
        until(toy.refuses)
        assert toy.running

        toy.send(number)

        assert toy.process.wait(30) == 128 + number


@pytest.mark.parametrize("path", ["/block", "/block-a-thread"])
def test_what_hangs_is_printed_and_ended(start, until, path):
    with start(drain=1) as toy, toy.raw() as plain:
        plain.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        until(lambda: "blocking" in toy.log_text())

        assert toy.terminate() == 1

        assert "Timeout (" in toy.log_text()
        assert "threading.py" in toy.log_text()


def test_after_a_fatal_exception_it_still_shuts_down(start, closing):
    with start(drain=2) as toy, toy.connect("/echo") as websocket, toy.raw() as plain:
        plain.sendall(b"GET /explode HTTP/1.1\r\nHost: a\r\n\r\n")

        assert closing(websocket) == (1012, "restarting")
        assert toy.process.wait(30) == 1
        assert "SystemExit: boom" in toy.log_text()
        assert "told to shut down" in toy.log_text()
