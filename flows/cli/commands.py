"""Every command of `tasma`, in the order of the listings: its module and its one line of help.

A listing is printed from this table and imports no command; a module is imported when one of its
commands is called, or asked for its own help. So modules import at their head whatever they need,
be it Prefect, DuckDB or Arrow. What is to stay quick (the listings of the hub) stands in a module
that imports none of them.

How a command is added:

1. In ``flows/cli/<topic>.py``, its function below ``@command("ledger", "pull", examples=(...))``.
2. Here, its row: the path, the module, and the first paragraph of the function's docstring.
3. ``python -m flows.cli.reference > docs/cli.md``.

A new group of commands is a row of `GROUPS`. A vendor's system needs nothing here: what the
registry knows is a command of ``tasma connect``. Tests name each command that is missing here, or
that reads differently.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from blocks.systems.registry import SYSTEMS

CommandPath = tuple[str, ...]
"""The words after `tasma`: ``("ledger", "pull")``."""


class Listed(NamedTuple):
    """A row: the module of ``flows.cli`` that has the command, and what a listing says of it."""

    module: str
    help: str


SYSTEMS_OFFERED: Final[dict[CommandPath, Listed]] = {
    ("connect", name): Listed("connect", system.connecting.help.partition("\n\n")[0])
    for name, system in SYSTEMS.items()
}

GROUPS: Final[dict[CommandPath, str]] = {
    ("ledger",): "Read, compare, verify and export the books of a tenant.",
    ("accounts",): "Account maps: on which line of the statements each account is.",
    ("tenant",): "Add, list and erase tenants; see how each stands.",
    (
        "statements",
    ): "Customers' statements: what a file says, before it is held against the books.",
    ("connect",): "Connect tenants to their accounting systems, and see what is missing.",
    ("lake",): "Look after the lake: files as received, and tables read from them.",
    ("hub",): "Where the hub is kept.",
    ("warehouse",): "What is published, of many tenants together.",
    ("sftp",): "Fetch files from customers' SFTP servers.",
    ("push",): "Push invoices into other systems, each exactly once, and see what waits and why.",
    ("route",): "What of one system goes to another, and by which settings.",
    ("ecom",): "What of Ecom goes to Procountor: the mode, what needs somebody, the accounts.",
    ("ecom", "accounts"): "Ecom's chart joined to Procountor's.",
    ("spotilla",): "Spotilla and Procountor: switching on, cycles, tasks that wait and why.",
    ("portal",): "Pages for people without Prefect, and who may sign in to them.",
    ("tenant", "year"): "Define, lock and retire the fiscal years of a tenant.",
}

COMMANDS: Final[dict[CommandPath, Listed]] = {
    ("import",): Listed(
        "importing",
        "Read ledger files, check them, and publish what nothing holds.",
    ),
    ("drop-in",): Listed(
        "dropping", "Load files of a tenant by hand, now, whatever else brings its books."
    ),
    ("tenant", "files"): Listed(
        "tenant_files",
        "Show which files came, who brought them, when, and what became of each; newest first.",
    ),
    ("apply",): Listed(
        "applying", "Add and change tenants as a file says them; take nothing away."
    ),
    ("accept",): Listed("accept", "Let the breaks pass that hold a year, and publish it."),
    ("publish",): Listed("accept", "Publish a held load whose breaks were accepted."),
    ("doctor",): Listed(
        "doctor",
        "Look at settings, folders, disk, hub and server; end with 1 if something must be mended.",
    ),
    ("backup",): Listed(
        "backup",
        "Copy hub, warehouse and what was received into a folder; only what is new is copied.",
    ),
    ("restore",): Listed("backup", "Make a home from a backup, each file held against its hash."),
    ("events",): Listed(
        "events",
        "Show what was published, held, accepted, repaired; newest first.",
    ),
    ("guide",): Listed(
        "guide", "Print what a customer does in the source system so that its books can be fetched."
    ),
    ("schema",): Listed("schema", "Print the JSON Schema of what another system gives us to push."),
    ("notify",): Listed(
        "notifying", "Send a message to try, through a block that is to be told of runs."
    ),
    ("up",): Listed(
        "serving", "Start Prefect's server, its UI and the deployments, and stop them with Ctrl-C."
    ),
    ("deploy",): Listed(
        "hosts",
        "Make pool, queues, deployments and block types on Prefect's server, or bring them up.",
    ),
    ("ready",): Listed(
        "hosts", "See by its effects whether work gets done; end with 1 if it does not."
    ),
    ("hosts",): Listed(
        "hosts", "List the machines that work on this hub, and when each was last heard of."
    ),
    ("demo",): Listed(
        "serving",
        "Load invented companies end to end through a Prefect server, and check the outcome.",
    ),
    ("portal", "serve"): Listed(
        "portal", "Serve the portal alone, until Ctrl-C; `tasma up` serves it beside Prefect."
    ),
    ("portal", "invite"): Listed(
        "portal",
        "Let somebody in: prints a link, good for 7 days and once, at which they set a password.",
    ),
    ("portal", "reset"): Listed(
        "portal", "Void somebody's password, end their sessions, and print a link to set another."
    ),
    ("portal", "change"): Listed(
        "portal", "Give somebody another role, or exactly these companies; their sessions end."
    ),
    ("portal", "remove"): Listed(
        "portal", "Let somebody in no longer; what they did stays in the log."
    ),
    ("portal", "users"): Listed("portal", "List who may sign in, their role and their companies."),
    ("portal", "log"): Listed(
        "portal",
        "Show what people did in the portal, and who was let in here; newest first.",
    ),
    ("template",): Listed(
        "template", "Print a journal file with sample rows: chart, opening balances, vouchers."
    ),
    ("ledger", "changes"): Listed(
        "ledger", "Show the loads of a year and which vouchers each added, changed or removed."
    ),
    ("ledger", "diff"): Listed(
        "differing",
        "Show which vouchers and accounts differ between the books after two loads of a year.",
    ),
    ("ledger", "verify"): Listed(
        "verify",
        "Compute the digest of what is published anew and compare it with the load record.",
    ),
    ("ledger", "rebuild"): Listed(
        "verify",
        "Put a tenant's published years right from what was received, after damage to its file.",
    ),
    ("ledger", "export"): Listed(
        "ledger", "Write all published tables and views of a tenant as Parquet files."
    ),
    ("ledger", "reject"): Listed(
        "accept", "Refuse what is held of a year, such as a wrong file; it is never published."
    ),
    ("ledger", "rollback"): Listed(
        "rolling_back",
        "Bring a year back to what an earlier load published; then keep it so.",
    ),
    ("ledger", "release"): Listed(
        "rolling_back", "Let a year go that is kept as an earlier load left it."
    ),
    ("ledger", "acceptances"): Listed(
        "acceptances",
        "List what somebody let pass of a tenant and what still speaks, oldest first.",
    ),
    ("ledger", "withdraw"): Listed(
        "acceptances", "End an acceptance: from the next load on the same break holds again."
    ),
    ("ledger", "pull"): Listed(
        "pull", "Fetch a tenant's ledger from its system, check it, and publish what nothing holds."
    ),
    ("ledger", "backfill"): Listed(
        "backfill",
        "Fetch past fiscal years of one or many tenants from their systems, oldest first.",
    ),
    ("ledger", "breaks"): Listed(
        "breaks",
        "Show what the controls found in what is held of a year, else in what is published.",
    ),
    ("ledger", "plan"): Listed(
        "plan",
        "Show what loading a file would change, and whether it would be held; publish nothing.",
    ),
    ("ledger", "recheck"): Listed(
        "recheck",
        "Ask the controls of today about years that are published, such as after an upgrade.",
    ),
    ("ledger", "report"): Listed("report", "Show a statement of the books as published."),
    ("accounts", "export"): Listed(
        "accounts", "Print the tenant's own places as CSV, as `tasma accounts set` reads them."
    ),
    ("accounts", "set"): Listed(
        "accounts",
        "Set a tenant's account map, as a whole: the scheme of statements and its own places.",
    ),
    ("accounts", "import"): Listed(
        "accounts",
        "Give a tenant its ledger accounts before its first file: those of a file's chart.",
    ),
    ("accounts", "check"): Listed(
        "accounts",
        "Show how much of a year has a place, and suggest places for what has none.",
    ),
    ("tenant", "add"): Listed(
        "tenants", "Add a tenant: one company whose books are kept apart from all others."
    ),
    ("tenant", "correct"): Listed(
        "tenants",
        "Correct a tenant's organisation number, by which files are held, or its time zone.",
    ),
    ("tenant", "list"): Listed("tenants", "List all tenants."),
    ("tenant", "status"): Listed(
        "tenant_status",
        "Show one row per tenant and year: its light, status, last good load, why, what next.",
    ),
    ("tenant", "sync"): Listed(
        "syncing",
        "Synchronise all integrations that a tenant's books come by, one row for each.",
    ),
    ("tenant", "approve"): Listed(
        "approving", "Say that a tenant's first transfer is right, so that its nightly runs begin."
    ),
    ("tenant", "schedule"): Listed(
        "approving",
        "Switch a tenant's nightly runs off, or on again after its first transfer was approved.",
    ),
    ("tenant", "owner"): Listed(
        "owners", "Show which system has the ledger of which years, or give them to another."
    ),
    ("tenant", "controls"): Listed(
        "controls",
        "List the controls and what each does to a load of the tenant when it is broken.",
    ),
    ("tenant", "tighten"): Listed(
        "controls", "Let a control hold the tenant's loads, or warn, where it does less for others."
    ),
    ("tenant", "erase"): Listed(
        "erase",
        "Remove everything of a tenant from hub, lake, warehouse and inbox. It cannot be undone.",
    ),
    ("tenant", "form"): Listed(
        "opening_tenants", "Write the empty onboarding form of a tenant, and begin its opening."
    ),
    ("tenant", "open"): Listed(
        "opening_tenants", "Take in a tenant's filled form, and show how far its opening has come."
    ),
    ("tenant", "year", "add"): Listed(
        "years", "Define a fiscal year, or take a retired one into use again."
    ),
    ("tenant", "year", "list"): Listed(
        "years",
        "List the fiscal years: the ledger's source, the documents, and whether to fetch or to "
        "sync.",
    ),
    ("tenant", "year", "lock"): Listed(
        "years", "Lock a year up to a day: a load that would change a locked day is held."
    ),
    ("tenant", "year", "retire"): Listed(
        "years", "Take a year out of use, so that its days may belong to a year with other dates."
    ),
    ("statements", "read"): Listed(
        "statements", "Read a statement and show what is understood beside the file's own rows."
    ),
    ("statements", "add"): Listed(
        "comparing",
        "Keep a customer's income statement, balance sheet or trial balance, and compare it.",
    ),
    ("statements", "compare"): Listed(
        "comparing", "Hold a published year against the customer's statements of it, row by row."
    ),
    ("statements", "list"): Listed(
        "kept_statements",
        "List a tenant's statements: of which year and day, from which file, and what came of "
        "them.",
    ),
    **SYSTEMS_OFFERED,
    ("connect", "check"): Listed(
        "connect",
        "See which requirements of its system a tenant meets, and who does what about the rest.",
    ),
    ("connect", "list"): Listed(
        "connections", "List the connections: how each stands, why, and when a call last proved it."
    ),
    ("connect", "links"): Listed(
        "consent_links",
        "List the links by which a tenant's administrator may approve, and what came of each.",
    ),
    ("connect", "revoke"): Listed(
        "consent_links", "Let a link be good no more; what it has connected stays connected."
    ),
    ("connect", "confirm"): Listed(
        "consent_links",
        "Say that the company which was picked is the tenant's after all, in spite of its number.",
    ),
    ("lake", "verify"): Listed(
        "lake", "Read all that was received, and say what is gone or no longer the bytes that came."
    ),
    ("lake", "move"): Listed(
        "lake",
        "Copy what was received from the folder into a bucket, each file checked.",
    ),
    ("lake", "prune"): Listed(
        "lake", "Show the old files that nothing needs, and remove them with --yes."
    ),
    ("hub", "move"): Listed(
        "hub", "Move the hub from its file into an empty PostgreSQL database, all of it or nothing."
    ),
    ("hub", "restored"): Listed(
        "hub", "Take a hub, or books, into use that a server's own tools brought back."
    ),
    ("warehouse", "attach"): Listed(
        "attaching", "Print a script by which a DuckDB client reads many tenants' books as one."
    ),
    ("warehouse", "move"): Listed(
        "moving_books",
        "Move what is published from tenants' files into the server of TASMA_WAREHOUSE_URL.",
    ),
    ("warehouse", "allow"): Listed(
        "readers", "Let a user of the warehouse's server read the books of tenants."
    ),
    ("warehouse", "deny"): Listed(
        "readers", "Take tenants, or all of them, from a user of the warehouse's server."
    ),
    ("warehouse", "readers"): Listed(
        "readers", "List who reads whose books in the warehouse's server."
    ),
    ("sftp", "set"): Listed(
        "sftp", "Keep what was agreed with a tenant; what is not named stays as it was."
    ),
    ("sftp", "status"): Listed(
        "pickups",
        "Show with whom a pickup is agreed, when it was last polled, and what is in its way.",
    ),
    ("sftp", "test"): Listed(
        "sftp",
        "Connect to a tenant's server, show its host key, and look into the folder; write nothing.",
    ),
    ("sftp", "poll"): Listed(
        "sftp", "Have the server poll a tenant now, whether or not it is due."
    ),
    ("route", "list"): Listed(
        "routes", "Show which routes there are, their mode, and whether anything goes by them."
    ),
    ("route", "add"): Listed(
        "routes",
        "Make a route, or attach one again that was detached; it begins where its kind begins.",
    ),
    ("route", "set"): Listed(
        "routes", "Change settings of a route; nothing is changed unless all of them can be so."
    ),
    ("route", "detach"): Listed(
        "routes",
        "Let nothing more go by a route; what went stays known, and what is queued goes on.",
    ),
    ("ecom", "status"): Listed(
        "ecom", "Show a tenant's mode, its feed, and how many of its documents stand where."
    ),
    ("ecom", "list"): Listed(
        "ecom", "Show what needs somebody: red failed, yellow has not gone; none in closed periods."
    ),
    ("ecom", "log"): Listed(
        "ecom",
        "Show everything that happened to a document, oldest first, with what to do about it.",
    ),
    ("ecom", "run"): Listed(
        "ecom_work", "Listen to Ecom now, and queue what is to go; `tasma push run` sends it."
    ),
    ("ecom", "activate"): Listed(
        "ecom_work",
        "Admit a tenant to voucher level, which is a pilot; the first who did so stays on record.",
    ),
    ("ecom", "check"): Listed(
        "ecom_work", "Show what has to be so before voucher level is chosen, one by one."
    ),
    ("ecom", "mode"): Listed(
        "ecom_work", "Choose the mode; what was triggered before it keeps the mode of then."
    ),
    ("ecom", "retry"): Listed(
        "ecom_work",
        "Have a failed transfer tried once more, of a purchase, a sale or a payment alike.",
    ),
    ("ecom", "accounts", "export"): Listed(
        "ecom_accounts",
        "Print the account table as CSV: Ecom's account and rate, and where it goes.",
    ),
    ("ecom", "accounts", "import"): Listed(
        "ecom_accounts",
        "Replace the account table by a file; nothing is changed when a line cannot be taken.",
    ),
    ("ecom", "accounts", "check"): Listed(
        "ecom_accounts",
        "Hold the table against Ecom's chart, and Procountor's; ends with 3 when a row is wrong.",
    ),
    ("ecom", "accounts", "suggest"): Listed(
        "ecom_accounts",
        "Suggest rows that the table lacks, by equal numbers and names, and list VAT statuses.",
    ),
    ("spotilla", "status"): Listed(
        "spotilla",
        "Show how far the integration is taken into use, when it was read, and what stands where.",
    ),
    ("spotilla", "plan"): Listed(
        "spotilla_work",
        "Read both registers and show what the first cycle would do; nothing is changed there.",
    ),
    ("spotilla", "on"): Listed(
        "spotilla_work",
        "Switch the integration on, as a main user of Spotilla, after its plan was confirmed.",
    ),
    ("spotilla", "off"): Listed(
        "spotilla_work",
        "Let no further cycle begin; what is known stays, and what is queued goes on.",
    ),
    ("spotilla", "run"): Listed(
        "spotilla_work",
        "Run a tenant's cycle now; the sweep runs it every half hour by itself.",
    ),
    ("spotilla", "skipped"): Listed(
        "spotilla", "Show which tasks wait and why, and which cards a person looks at."
    ),
    ("spotilla", "log"): Listed(
        "spotilla",
        "Show everything that happened to a task, oldest first, with what to do about it.",
    ),
    ("spotilla", "retry"): Listed(
        "spotilla_work",
        "Have a task's invoice that failed or is held tried once more, and run a cycle.",
    ),
    ("spotilla", "join"): Listed(
        "spotilla_work",
        "Say which customer of Spotilla a card of Procountor is, where nothing proves it.",
    ),
    ("push", "status"): Listed(
        "push",
        "Show how many documents stand where, and each that waits for a person, with what to do.",
    ),
    ("push", "events"): Listed(
        "push", "Show everything that happened to a document, oldest first."
    ),
    ("push", "pause"): Listed(
        "push", "Send nothing more for a tenant; what is under way ends first."
    ),
    ("push", "resume"): Listed("push", "Send again for a tenant."),
    ("push", "add"): Listed(
        "push_work",
        "Judge the invoices of a file and queue those that can be sent; nothing is sent yet.",
    ),
    ("push", "run"): Listed(
        "push_work", "Send what waits, here and now; the sweep does the same every 30 minutes."
    ),
    ("push", "retry"): Listed(
        "push_work", "Have documents tried once more where that can make nothing twice."
    ),
    ("push", "resolve"): Listed(
        "push_work", "Say what became of a call whose answer was lost, after looking there."
    ),
    ("push", "deviations"): Listed(
        "push_work",
        "Hold what is there now against what was sent, and add up what was delivered.",
    ),
}
