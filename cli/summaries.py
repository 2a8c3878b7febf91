"""What a list of commands says of each: a sentence that fits beside its name on 80 columns, under whom it is for."""

from collections.abc import Mapping

LONGEST = 62
PANELS: Mapping[str, Mapping[str, str]] = {
    "For schools and providers": {
        "demo": "Play sixty careers in a minute, or those of a file of yours.",
        "import": "Bring in trainees, schools and funding from files.",
        "provider": "Register a provider, list those that are registered.",
        "timeline": "Show all that happened to somebody.",
        "report": "Report on recruitment, decisions, the census and outcomes.",
    },
    "For operators": {
        "run": "Run services until a signal comes.",
        "migrate": "Make databases, tables and queues, or bring them up to date.",
        "ledger": "Say what became of every event.",
        "reconcile": "Send again what was published and never arrived.",
        "replay": "Build the projections of a service again.",
        "parked": "See to events and timers that could not be handled.",
        "mails": "See to mails that failed or got lost.",
        "trace": "Show what one request led to in all services.",
        "maintenance": "Let services change nothing for a while.",
        "backup": "Copy the database of every service.",
        "restore": "Put the copy of a service's database back.",
        "restored": "Set right what a restore leaves behind.",
        "keys": "Make, list and change the keys that sign.",
        "version": "Say which version this is.",
    },
    "For developers": {
        "rpc": "List what the services can be asked, and how.",
        "events": "List every event: who publishes it, who listens.",
        "transitions": "Show the state machines.",
        "token": "Sign who asks, for a script that calls the services.",
        "test": "Run the tests.",
        "bench": "Run the benchmarks.",
    },
}
WITHIN: Mapping[str, Mapping[str, str]] = {
    "import": {
        "trainees": "Import trainees from the national bulk file.",
        "schools": "Import schools from the national register.",
        "funding": "Import the table of bursaries, scholarships and grants.",
        "template": "Write a file to begin with.",
        "codes": "List the codes that a column takes.",
        "undo": "Discard all trainees of a file.",
    },
    "provider": {
        "register": "Register a provider, or change one.",
        "list": "List the providers that are registered.",
    },
    "parked": {
        "list": "List what could not be handled.",
        "show": "Show one event with what went wrong.",
        "retry": "Try parked events again, from the first attempt.",
        "discard": "Give events up for good; what waits behind them goes on.",
        "timers": "List timers that were given up, or fire them again.",
    },
    "mails": {
        "list": "List messages by the state of their e-mail.",
        "retry": "Send mails once more.",
    },
    "maintenance": {
        "on": "Begin: nothing is changed any more.",
        "off": "End it, and catch up.",
        "status": "Say which services are in maintenance.",
    },
    "keys": {
        "make": "Make a key for each that signs, and the public keys of all.",
        "list": "List the keys that sign, and those that are still believed.",
        "rotate": "Make new keys; what the old ones signed is believed still.",
        "retire": "Believe the old keys no more.",
    },
}
