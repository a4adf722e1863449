"""Promises that were broken, told apart by who has to act.

A finding about the data is a value (`ledger.controls.Break`), never one of these. All there are,
with the module of each; those under `TransientError` are retried, the rest go to a person:

    TasmaError
        TerminalError  (ledger.errors)
            BeyondYear  (tasks.customer_statements)
            CallRefused  (blocks.http.errors)
            CompanyUncertain  (tasks.new_tenant)
            ConsentGone  (blocks.hub.consents)
            ControlFailed  (blocks.controls.evidence)
            ControlsHoldNothing  (tasks.accept)
            CountsDiffer  (blocks.warehouse.errors)
            DatabaseAddressMalformed  (flows.server.prefect_server)
            DryRunPublishes  (tasks.jobs)
            EarlierConsentsUnreadable  (blocks.hub.earlier_consents)
            ExportFolderTaken  (blocks.warehouse.export)
            FileRefused  (blocks.lake.landed)
                LandingTooLarge  (blocks.lake.landed)
                UnreadableFile  (blocks.received)
            FolderUnusable  (blocks.pickup.sftp)
            HistoryWithoutPosting  (ledger.sie.writing.errors)
            HostKeyChanged  (blocks.pickup.connection)
            HostKeyUnreadable  (blocks.pickup.host_keys)
            HubUnusable  (blocks.hub.errors)
                HubAddressMalformed  (blocks.hub.errors)
                HubFileUnusable  (blocks.hub.errors)
                HubNewer  (blocks.hub.errors)
                HubOfOtherKind  (blocks.hub.errors)
                HubOlder  (blocks.hub.errors)
                HubOnNetworkDisk  (blocks.hub.errors)
                HubWithoutWal  (blocks.hub.errors)
            ImportNotVerified  (blocks.systems.fennoa.target)
            InThousands  (tasks.customer_statements)
            InvoiceFileRefused  (blocks.invoices.refusals)
            LandedFileGone  (blocks.lake.landed)
            LandedFileSpoiled  (blocks.lake.landed)
            LeaseLost  (blocks.hub.errors)
            ListingTooLong  (blocks.pickup.sftp)
            LoginRefused  (blocks.pickup.connection)
            ManifestUnreadable  (blocks.lake.manifest)
            ManualTenant  (tasks.onboarding)
            NewerSchema  (blocks.warehouse.errors)
            NoAccountBlock  (blocks.pickup.account)
            NoApiKey  (blocks.systems.procountor.block)
            NoApiUser  (blocks.systems.fennoa.block)
            NoAppBlock  (blocks.systems.fortnox.block)
            NoBooks  (blocks.systems.fennoa.ledger)
            NoChart  (tasks.chart)
            NoCompanyNamed  (tasks.new_tenant)
            NoFeed  (blocks.systems.ecom.block)
            NoFiscalYear  (tasks.source_year)
            NoHostKeys  (blocks.pickup.connection)
            NoLedger  (blocks.warehouse.errors)
            NoSchemaVersion  (blocks.warehouse.migrate)
            NoSpace  (blocks.durable)
            NoSpotillaUser  (blocks.systems.spotilla.block)
            NoSuchProcess  (blocks.systems.fennoa.target)
            NoSuchTable  (blocks.warehouse.errors)
            NoSuchWay  (blocks.systems.procountor.target)
            NoSuchYear  (tasks.customer_statements)
            NoYears  (tasks.source_years)
            NotADemo  (flows.doors.demo_home)
            NotALedger  (tasks.ledger_files)
            NotALogin  (flows.server.own_secrets)
            NotASlug  (blocks.durable)
            NotAnAccountBlock  (blocks.pickup.account)
            NotAnAddress  (blocks.lake.lake)
            NotAnAppBlock  (blocks.systems.fortnox.block)
            NotAnEncryptionKey  (flows.server.own_secrets)
            NotAnswered  (flows.demo.runs)
            NotApproved  (flows.cli.approving)
            NotDated  (tasks.customer_statements)
            NotOpen  (tasks.onboarding)
            NotPublishable  (blocks.warehouse.errors)
                NotAWholeYear  (blocks.warehouse.publish)
                NotThePeriod  (blocks.warehouse.periods)
                StillHeld  (blocks.warehouse.publish)
            NotReceived  (tasks.from_landing)
            NotReturned  (blocks.systems.redirect)
            NotToBeApproved  (tasks.approve)
            NothingHeld  (tasks.accept)
            NothingReturned  (blocks.systems.redirect)
            NothingToFetch  (blocks.systems.registry)
            NothingToRecheck  (tasks.recheck)
            NothingToResolve  (flows.cli.pushing)
            NothingToShow  (tasks.report)
            OpenToOthers  (flows.server.environment)
            OtherColumns  (blocks.staging.parquet)
            OtherConsent  (blocks.systems.redirect)
            OwnFigures  (tasks.customer_statements)
            PartsOfExtract  (blocks.lake.manifest)
            PortTaken  (flows.server.environment)
            PrivateKeyUnreadable  (blocks.pickup.connection)
            ReadOtherwise  (tasks.recheck)
            RealConnections  (flows.demo.simulators)
            Refused  (blocks.hub.errors)
                AcceptanceEnded  (blocks.hub.refusals)
                AcceptanceIncomplete  (blocks.hub.refusals)
                BreaksUnseen  (blocks.hub.refusals)
                DayOutsideYear  (blocks.hub.refusals)
                IntervalUnfit  (blocks.hub.pickups)
                LeaseLife  (blocks.hub.refusals)
                LeaseUnnamed  (blocks.hub.refusals)
                LoadIdTaken  (blocks.hub.refusals)
                NoIntegration  (tasks.integrations)
                NoNight  (blocks.hub.tenants)
                NoPickup  (blocks.hub.pickups)
                NoRoute  (blocks.hub.routes)
                NotATenantId  (blocks.hub.refusals)
                NotConnected  (blocks.hub.connections)
                NotHeld  (blocks.hub.refusals)
                NotOpened  (blocks.hub.onboarding)
                NothingBlocks  (blocks.hub.refusals)
                OtherCompany  (blocks.hub.refusals)
                PickupUnfit  (blocks.hub.pickups)
                RejectionIncomplete  (blocks.hub.refusals)
                RouteExists  (blocks.hub.routes)
                SeveralKinds  (blocks.hub.outbox)
                StatusImpossible  (blocks.hub.refusals)
                TenantExists  (blocks.hub.refusals)
                TenantFieldFixed  (blocks.hub.refusals)
                TenantFieldUnfit  (blocks.hub.refusals)
                TooMuchBefore  (blocks.hub.outbox)
                UnknownAcceptance  (blocks.hub.refusals)
                UnknownBreak  (blocks.hub.refusals)
                UnknownDocument  (blocks.hub.outbox)
                UnknownLoad  (blocks.hub.refusals)
                UnknownYear  (blocks.hub.refusals)
                UnusableCompanyId  (blocks.hub.connections)
                YearOverlap  (blocks.hub.years)
            RowWithoutVoucher  (ledger.sie.writing.errors)
            RunsStuck  (flows.demo.runs)
            ServerDidNotStart  (flows.server.processes)
            SharedFolder  (blocks.staging.folder)
            SimulatorPortTaken  (flows.demo.simulators)
            StageUnusable  (blocks.staging.folder)
            StagedTwice  (blocks.staging.digest)
            StaleLease  (blocks.warehouse.errors)
            StateTooShort  (blocks.systems.fortnox.consent)
            StatementRefused  (ledger.statement.refusals)
            TextWithNul  (blocks.staging.parquet)
            UnexpectedAnswer  (blocks.systems.fennoa.ledger)
            UnexpectedShape  (blocks.systems.fortnox.wire)
            UnitMismatch  (ledger.unit)
            UnknownFormat  (ledger.readers)
            UnknownScheme  (blocks.statement_lines)
            UnknownSource  (blocks.controls.catalogue)
            UnknownSystem  (blocks.systems.registry)
            UnknownTenant  (blocks.hub.errors)
            Unsendable  (blocks.systems.fennoa.prepared)
            WrongAgreement  (blocks.systems.procountor.block)
            WrongSpelling  (blocks.systems.spotilla.block)
            WrongTerms  (blocks.systems.fennoa.block)
        TransientError  (ledger.errors)
            CallFailed  (blocks.http.errors)
                Disturbed  (blocks.systems.procountor.listing)
            ChangedMeanwhile  (blocks.pickup.port)
            ConsentTaken  (blocks.hub.consents)
            CredentialMoved  (blocks.hub.connections)
            DemoInUse  (flows.doors.demo_home)
            HubBusy  (blocks.hub.errors)
                HubLocked  (blocks.hub.errors)
            LeaseTaken  (blocks.hub.errors)
            NoServer  (flows.cli.on_server)
            NotMoved  (blocks.pickup.port)
            NotTheYear  (blocks.systems.fortnox.ledger)
            PublishedMeanwhile  (blocks.hub.errors)
            ServerAway  (blocks.pickup.connection)
            WriterBusy  (blocks.warehouse.errors)
"""

from __future__ import annotations

import re

from ledger.text import visible


class TasmaError(Exception):
    """Everything this project raises on purpose.

    The message says what came, what was expected and what to do next. It never holds a
    secret, a payload or a person's name. It goes to screens, pages and logs, so what it quotes from
    outside is written out where it would act there (`ledger.text.visible`).

    `code`: stable name of the refusal, by default the class's in snake case (`LeaseTaken`:
    ``lease_taken``). `sentence`: the English message with its values in braces; a class that has
    none builds its message itself. `values`: the facts that the message tells, by name.
    """

    code: str = "tasma_error"
    sentence: str = ""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "code" not in vars(cls):
            cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def __init__(self, message: str = "", /, **values: object) -> None:
        super().__init__(visible(message or self.sentence.format_map(values)))
        self.values = values


class TransientError(TasmaError):
    """It may work next time: the step is retried."""


class TerminalError(TasmaError):
    """Trying again changes nothing: a person has to act."""
