"""The fault matrix: what is done to a stack under load. Each fault leaves the stack able to recover by itself."""

import os
import signal
import socket
import time

import stack as stacks

STOPPED_SECONDS = (0.5, 4.0)
SLOW_CLIENT_SECONDS = 3.0
SLOW_CLIENTS = 20
MAX_JUMP_HOURS = 30


def kill_one(stack, chance):
    """A service is gone at any instruction."""
    service = chance.choice(stacks.SERVICES)
    killed = stack.signal(service)
    stack.await_restart(service, killed)
    return service


def kill_several(stack, chance):
    """Several services are gone at the same moment."""
    services = chance.sample(stacks.SERVICES, chance.randint(2, len(stacks.SERVICES)))
    killed = {service: stack.signal(service) for service in services}
    for service, process in killed.items():
        stack.await_restart(service, process)
    return ", ".join(services)


def kill_twice(stack, chance):
    """A service is killed again while it starts."""
    service = chance.choice(stacks.SERVICES)
    first = stack.signal(service)
    stacks.await_that(lambda: running(stack, service) not in (None, first), stacks.MAX_RESTART_SECONDS,
                      f"{service} is not started again")
    time.sleep(chance.uniform(0, 0.3))
    second = stack.signal(service)
    stack.await_restart(service, second)
    return service


def stop_and_continue(stack, chance):
    """A service stands still, as on a machine that is paused, and goes on as if nothing had been."""
    service = chance.choice(stacks.SERVICES)
    process = stack.signal(service, signal.SIGSTOP)
    try:
        time.sleep(chance.uniform(*STOPPED_SECONDS))
    finally:
        os.kill(process, signal.SIGCONT)
    return service


def restart_database(stack, chance):
    """PostgreSQL ends without a goodbye and recovers from its log."""
    before = stack.signal("postgres", signal.SIGQUIT)
    stacks.await_that(
        lambda: running(stack, "postgres") not in (None, before), stacks.MAX_RESTART_SECONDS,
        "PostgreSQL was not started again")
    stack.await_postgres()
    return "immediate"


def kill_database_session(stack, chance):
    """One service's connections are cut at the server."""
    service = chance.choice(stacks.SERVICES)
    cut = stack.count(
        f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'gridloop_{service}'")
    return f"{cut} sessions of {service}"


def bus_off_for_a_while(stack, chance):
    """One service comes back without ZeroMQ, and later with it."""
    service = chance.choice(stacks.SERVICES)
    file = stack.home / "settings" / service
    file.parent.mkdir(exist_ok=True)
    file.write_text("GRIDLOOP_BUS=off\n")
    try:
        stack.await_restart(service, stack.signal(service, signal.SIGTERM))
        time.sleep(chance.uniform(*STOPPED_SECONDS))
    finally:
        file.unlink()
    stack.await_restart(service, stack.signal(service, signal.SIGTERM))
    return service


def slow_clients(stack, chance):
    """Clients that send their requests byte by byte and never end them."""
    connections = []
    try:
        for _ in range(SLOW_CLIENTS):
            connection = socket.create_connection(("127.0.0.1", stack.intake_port), timeout=10)
            connections.append(connection)
            connection.sendall(
                b"POST /v1/reports HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                b"Authorization: ApiKey " + stack.keys["citizen"].encode() + b"\r\nContent-Length: 4000\r\n\r\n{")
        end = time.monotonic() + SLOW_CLIENT_SECONDS
        while time.monotonic() < end:
            for connection in connections:
                try:
                    connection.sendall(b" ")
                except OSError:
                    pass  # hung up on, rightly
            time.sleep(0.2)
    except OSError:
        return "turned away"
    finally:
        for connection in connections:
            connection.close()
    return f"{len(connections)} clients"


def jump_of_the_clock(stack, chance):
    """Simulated time leaps over hours, so that many rungs fall due at once."""
    hours = chance.randint(1, MAX_JUMP_HOURS)
    # Under load it need not settle at once; the end of the run waits for that.
    stack.gridctl("clock", "advance", f"{hours}h", "--timeout", "1", codes=(0, 1))
    return f"{hours} h"


def jump_while_escalation_is_gone(stack, chance):
    """Time leaps while nobody watches the clocks."""
    killed = stack.signal("escalation")
    told = jump_of_the_clock(stack, chance)
    stack.await_restart("escalation", killed)
    return told


MATRIX = (
    kill_one, kill_several, restart_database, stop_and_continue, jump_of_the_clock, kill_twice, kill_database_session,
    slow_clients, jump_while_escalation_is_gone, bus_off_for_a_while,
)


def running(stack, service):
    """The process number of a service that lives; None while it does not."""
    try:
        process = stack.process_id(service)
        os.kill(process, 0)
        return process
    except (OSError, ValueError):
        return None
