// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAudits} from "../../../contracts/audits/IAudits.sol";
import {AuditWorld} from "../support/AuditWorld.sol";
import {vm} from "../support/Vm.sol";

/*
Audits

report: the first reason that applies
├── a stranger, a validator below its minimum: AuditNotActiveValidator
├── the epoch still runs, or another one has ended since: AuditWrongEpoch
├── too many rows: AuditTooManyRows
├── nobody fixed the seed: AuditSeedUnknown
├── no chain, one that starts later, one that has ended: AuditEpochNotCovered
├── the preimage of another epoch, the tip, nothing, another validator's: AuditWrongPreimage
├── a row: the whole report is refused, nothing is revealed
│   ├── executors not in ascending order, the same twice, in one report or in two: AuditRowOrder
│   ├── not assigned: AuditNotAssigned
│   ├── not an executor: AuditNotExecutor
│   ├── registered less than two epochs before: AuditExecutorTooNew
│   ├── outcome 0 or above 4: AuditUnknownOutcome
│   └── no canaries, more failures than answers, "unanswered" with answers or another outcome without: AuditInconsistentCounts
└── otherwise: PreimageRevealed once, ExecutorAudited for each row
    ├── an empty report
    ├── further rows of the epoch in further reports
    ├── skipped epochs, up to the whole length of the longest chain
    └── executors without stake, those that left
isAssigned
├── the seed is not known: no
└── otherwise: as report judges
multicall
└── seed and report in one transaction
*/
contract AuditReportsTest is AuditWorld {
    event PreimageRevealed(address indexed validator, uint256 indexed epoch, bytes32 preimage);
    event ExecutorAudited(
        address indexed validator,
        address indexed executor,
        uint256 indexed epoch,
        uint256 epochStart,
        bytes32 model,
        bytes32 weightsHash,
        bytes32 evidence,
        uint8 outcome,
        uint16 canaries,
        uint16 unanswered,
        uint16 structureFailures,
        uint16 countFailures,
        uint16 traceFailures,
        uint16 crossFailures,
        int32 logLikelihood
    );

    IAudits.Row[] private _none;

    function setUp() public {
        deployAudits();
        registerFirstChain();
    }

    /* ACCEPTED */

    function test_AReportSaysWhatWasFound() public {
        close(FIRST);
        address[] memory assigned = executorsIn(FIRST, true);
        IAudits.Row[] memory rows = rowsOf(assigned);
        rows[0].outcome = 1;
        rows[0].logLikelihood = type(int32).max;
        vm.expectEmit(address(audits));
        emit PreimageRevealed(validator, FIRST, preimage(FIRST));
        for (uint256 i = 0; i < rows.length; ++i) expectAudited(FIRST, rows[i]);
        report(FIRST, rows);
        assertHead(preimage(FIRST), FIRST, assigned[assigned.length - 1]);
    }

    function test_AReportGoesOnInAnother() public {
        close(FIRST);
        address[] memory assigned = executorsIn(FIRST, true);
        report(FIRST, _none);
        assertHead(preimage(FIRST), FIRST, address(0));
        for (uint256 i = 0; i < assigned.length; ++i) {
            expectAudited(FIRST, rowOf(assigned[i]));
            report(FIRST, rowsOf(assigned[i]));
            assertHead(preimage(FIRST), FIRST, assigned[i]);
        }
        report(FIRST, _none);
        assertHead(preimage(FIRST), FIRST, assigned[assigned.length - 1]);
    }

    function test_EveryEpochStartsFromTheLowestExecutor() public {
        for (uint256 epoch = FIRST; epoch < FIRST + 3; ++epoch) {
            close(epoch);
            report(epoch, rowsOf(executorsIn(epoch, true)));
        }
    }

    function test_EpochsCanBeSkipped() public {
        close(FIRST + 1);
        report(FIRST + 1, rowsOf(executorsIn(FIRST + 1, true)));
        uint256 last = FIRST + LENGTH - 1;
        close(last);
        vm.expectEmit(address(audits));
        emit PreimageRevealed(validator, last, SECRET);
        report(last, rowsOf(executorsIn(last, true)));
        assertHead(SECRET, last, executorsIn(last, true)[executorsIn(last, true).length - 1]);
    }

    function test_AWholeChainCanBeSlept() public {
        address sleeper = vm.addr(0x51EE9);
        enrolValidator(sleeper);
        registerChainAs(sleeper, SECRET, 8192);
        uint256 last = FIRST + 8191;
        close(last);
        vm.expectEmit(address(audits));
        emit PreimageRevealed(sleeper, last, SECRET);
        reportAs(sleeper, last, SECRET, _none);
    }

    /// Attack: an executor sees a bad report coming and leaves.
    function test_LeavingDoesNotEscapeAReport() public {
        enrol(MINIMUM_EXECUTOR);
        uint256 epoch = ENROLLED / EPOCH;
        registerChainAs(validator, keccak256("later"), 100);
        vm.prank(executor);
        registry.unbond(MINIMUM_EXECUTOR);
        bool audited = false;
        for (uint256 i = 2; i < 20; ++i) {
            bytes32 seed = close(epoch + i);
            bytes32 value = preimageOf(validator, keccak256("later"), epoch + 101, epoch + i);
            if (!drawn(seed, value, executor)) continue;
            audited = true;
            reportAs(validator, epoch + i, value, rowsOf(executor));
        }
        assertTrue(audited, "was assigned in one of 18 epochs");
    }

    function test_TheViewKnowsTheAssignment() public {
        address[] memory assigned = executorsIn(FIRST, true);
        assertTrue(!audits.isAssigned(FIRST, preimage(FIRST), assigned[0]), "no seed yet");
        open(FIRST);
        assertTrue(audits.isAssigned(FIRST, preimage(FIRST), assigned[0]), "assigned");
        assertTrue(!audits.isAssigned(FIRST, preimage(FIRST), executorsIn(FIRST, false)[0]), "not assigned");
    }

    function test_SeedAndReportFitOneTransaction() public {
        (bytes memory parent, bytes memory first) = enter(FIRST);
        vm.warp((FIRST + 1) * EPOCH);
        IAudits.Row[] memory rows = rowsOf(executorsIn(FIRST, true));
        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(audits.fixSeed, (blockOf(FIRST), parent, first));
        calls[1] = abi.encodeCall(audits.report, (FIRST, preimage(FIRST), rows));
        expectAudited(FIRST, rows[0]);
        vm.prank(validator);
        audits.multicall(calls);
    }

    /* REFUSED: WHO AND WHEN */

    function test_RefusesThoseThatAreNoActiveValidator() public {
        close(FIRST);
        expectRefusal(IAudits.AuditNotActiveValidator.selector, stranger);
        reportAs(stranger, FIRST, preimage(FIRST), _none);
        address[] memory assigned = executorsIn(FIRST, true);
        expectRefusal(IAudits.AuditNotActiveValidator.selector, assigned[0]);
        reportAs(assigned[0], FIRST, preimage(FIRST), _none);
        vm.startPrank(validator);
        registry.unbond(MINIMUM_VALIDATOR);
        expectRefusal(IAudits.AuditNotActiveValidator.selector, validator);
        audits.report(FIRST, preimage(FIRST), _none);
        registry.cancelUnbond();
        audits.report(FIRST, preimage(FIRST), _none);
        vm.stopPrank();
    }

    function test_RefusesReportsThatAreEarlyOrLate() public {
        open(FIRST);
        vm.warp((FIRST + 1) * EPOCH - 1);
        expectWrongEpoch(FIRST - 1, FIRST);
        vm.warp((FIRST + 2) * EPOCH);
        expectWrongEpoch(FIRST + 1, FIRST);
        expectWrongEpoch(FIRST + 1, type(uint256).max);
        vm.warp((FIRST + 2) * EPOCH - 1);
        report(FIRST, _none);
    }

    function test_RefusesEpochsWithoutASeed() public {
        enter(FIRST);
        vm.warp((FIRST + 1) * EPOCH);
        bytes32 value = preimage(FIRST);
        vm.expectRevert(abi.encodeWithSelector(IAudits.AuditSeedUnknown.selector, FIRST));
        reportAs(validator, FIRST, value, _none);
    }

    function test_RefusesEpochsThatNoChainCovers() public {
        close(FIRST - 1);
        // One step before the chain's first epoch is its tip, which everybody knows.
        bytes32 tip = back(validator, SECRET, LENGTH);
        vm.expectRevert(abi.encodeWithSelector(IAudits.AuditEpochNotCovered.selector, validator, FIRST - 1));
        reportAs(validator, FIRST - 1, tip, _none);
        close(FIRST + LENGTH);
        vm.expectRevert(abi.encodeWithSelector(IAudits.AuditEpochNotCovered.selector, validator, FIRST + LENGTH));
        reportAs(validator, FIRST + LENGTH, SECRET, _none);
        address other = vm.addr(0x07E6);
        enrolValidator(other);
        vm.expectRevert(abi.encodeWithSelector(IAudits.AuditEpochNotCovered.selector, other, FIRST + LENGTH));
        reportAs(other, FIRST + LENGTH, SECRET, _none);
    }

    /* REFUSED: PREIMAGES */

    function test_RefusesWrongPreimages() public {
        close(FIRST + 3);
        bytes32[5] memory wrong = [
            bytes32(0),
            preimage(FIRST + 2),
            preimage(FIRST + 4),
            back(validator, SECRET, LENGTH),
            preimageOf(stranger, SECRET, FIRST + LENGTH - 1, FIRST + 3)
        ];
        for (uint256 i = 0; i < wrong.length; ++i) expectWrongPreimage(FIRST + 3, wrong[i]);
        report(FIRST + 3, _none);
        for (uint256 i = 0; i < wrong.length; ++i) expectWrongPreimage(FIRST + 3, wrong[i]);
        vm.warp((FIRST + 5) * EPOCH - 1);
        report(FIRST + 3, _none);
    }

    /* REFUSED: ROWS */

    function test_RefusesTooManyRows() public {
        close(FIRST);
        bytes32 value = preimage(FIRST);
        vm.expectRevert(abi.encodeWithSelector(IAudits.AuditTooManyRows.selector, 256, 257));
        reportAs(validator, FIRST, value, new IAudits.Row[](257));
        // 256 are not too many: these are refused for what they hold.
        expectRow(new IAudits.Row[](256), abi.encodeWithSelector(IAudits.AuditRowOrder.selector, 0, 0));
    }

    function test_RefusesDoubles() public {
        close(FIRST);
        address[] memory assigned = executorsIn(FIRST, true);
        (address low, address high) = (assigned[0], assigned[1]);
        expectRow(both(low, low), abi.encodeWithSelector(IAudits.AuditRowOrder.selector, low, low));
        expectRow(both(high, low), abi.encodeWithSelector(IAudits.AuditRowOrder.selector, high, low));
        report(FIRST, rowsOf(high));
        expectRow(rowsOf(high), abi.encodeWithSelector(IAudits.AuditRowOrder.selector, high, high));
        expectRow(rowsOf(low), abi.encodeWithSelector(IAudits.AuditRowOrder.selector, high, low));
    }

    function test_RefusesExecutorsThatAreNotAssigned() public {
        close(FIRST);
        address[] memory others = executorsIn(FIRST, false);
        for (uint256 i = 0; i < others.length; ++i) {
            bytes memory refusal = abi.encodeWithSelector(
                IAudits.AuditNotAssigned.selector,
                validator,
                FIRST,
                others[i]
            );
            expectRow(rowsOf(others[i]), refusal);
        }
    }

    function test_OneBadRowRefusesTheReport() public {
        close(FIRST);
        address good = executorsIn(FIRST, true)[0];
        address[] memory others = executorsIn(FIRST, false);
        address bad = others[others.length - 1];
        if (bad < good) (bad, good) = (others[0], executorsIn(FIRST, true)[1]);
        IAudits.Row[] memory rows = bad < good ? both(bad, good) : both(good, bad);
        expectRow(rows, abi.encodeWithSelector(IAudits.AuditNotAssigned.selector, validator, FIRST, bad));
        (, , , uint32 nextEpoch, ) = audits.chains(validator);
        assertEq(nextEpoch, FIRST, "nothing happened");
        report(FIRST, rowsOf(good));
    }

    function test_RefusesThoseThatAreNoExecutor() public {
        bytes32 seed = close(FIRST);
        address[2] memory accounts = [assignedBy(seed, 0), vm.addr(0x7A11DB)];
        for (uint256 i = 1; !drawn(seed, preimage(FIRST), accounts[1]); ++i) accounts[1] = vm.addr(0x7A11DB + i);
        enrolValidator(accounts[1]);
        for (uint256 i = 0; i < accounts.length; ++i) {
            expectRow(rowsOf(accounts[i]), abi.encodeWithSelector(IAudits.AuditNotExecutor.selector, accounts[i]));
        }
    }

    function test_RefusesExecutorsThatRegisteredOnceTheSeedCouldBeKnown() public {
        address late = assignedBy(seedOf(FIRST), 7);
        vm.warp((FIRST - 1) * EPOCH);
        registerExecutor(late);
        address timely = assignedBy(seedOf(FIRST), uint256(uint160(late)) + 1);
        vm.warp((FIRST - 1) * EPOCH - 1);
        registerExecutor(timely);
        close(FIRST);
        expectRow(rowsOf(late), abi.encodeWithSelector(IAudits.AuditExecutorTooNew.selector, late, FIRST + 1));
        report(FIRST, rowsOf(timely));
    }

    function test_RefusesUnknownOutcomes() public {
        close(FIRST);
        IAudits.Row[] memory rows = rowsOf(executorsIn(FIRST, true)[0]);
        uint8[3] memory unknown = [0, 5, 255];
        for (uint256 i = 0; i < unknown.length; ++i) {
            rows[0].outcome = unknown[i];
            bytes memory refusal = abi.encodeWithSelector(
                IAudits.AuditUnknownOutcome.selector,
                rows[0].executor,
                unknown[i]
            );
            expectRow(rows, refusal);
        }
    }

    function test_EveryOutcomeHasItsCounts() public {
        for (uint8 outcome = 1; outcome <= 4; ++outcome) {
            uint256 epoch = FIRST + outcome;
            close(epoch);
            IAudits.Row[] memory rows = rowsOf(executorsIn(epoch, true)[0]);
            IAudits.Row memory row = rows[0];
            row.outcome = outcome;
            (row.canaries, row.unanswered) = (0, 0);
            expectInconsistent(epoch, rows);
            (row.canaries, row.unanswered) = (7, 8);
            expectInconsistent(epoch, rows);
            (row.canaries, row.unanswered) = (type(uint16).max, outcome == 3 ? 0 : type(uint16).max);
            (row.structureFailures, row.countFailures, row.traceFailures, row.crossFailures) = (0, 0, 0, 0);
            expectInconsistent(epoch, rows);
            row.unanswered = outcome == 3 ? type(uint16).max : 0;
            expectAudited(epoch, row);
            report(epoch, rows);
        }
    }

    function test_NoLevelFailsMoreOftenThanThereAreAnswers() public {
        close(FIRST);
        IAudits.Row[] memory rows = rowsOf(executorsIn(FIRST, true)[0]);
        IAudits.Row memory row = rows[0];
        (row.structureFailures, row.countFailures, row.traceFailures, row.crossFailures) = (7, 6, 6, 6);
        expectInconsistent(FIRST, rows);
        (row.structureFailures, row.countFailures) = (6, 7);
        expectInconsistent(FIRST, rows);
        (row.countFailures, row.traceFailures) = (6, 7);
        expectInconsistent(FIRST, rows);
        (row.traceFailures, row.crossFailures) = (6, 7);
        expectInconsistent(FIRST, rows);
        row.crossFailures = 6;
        report(FIRST, rows);
    }

    /* SUPPORT */

    function expectAudited(uint256 epoch, IAudits.Row memory row) private {
        vm.expectEmit(address(audits));
        emit ExecutorAudited(
            validator,
            row.executor,
            epoch,
            epoch * EPOCH,
            row.model,
            row.weightsHash,
            row.evidence,
            row.outcome,
            row.canaries,
            row.unanswered,
            row.structureFailures,
            row.countFailures,
            row.traceFailures,
            row.crossFailures,
            row.logLikelihood
        );
    }

    /// The rows of a report on FIRST are refused.
    function expectRow(IAudits.Row[] memory rows, bytes memory refusal) private {
        bytes32 value = preimage(FIRST);
        vm.expectRevert(refusal);
        reportAs(validator, FIRST, value, rows);
    }

    function expectInconsistent(uint256 epoch, IAudits.Row[] memory rows) private {
        bytes32 value = preimage(epoch);
        expectRefusal(IAudits.AuditInconsistentCounts.selector, rows[0].executor);
        reportAs(validator, epoch, value, rows);
    }

    function expectWrongEpoch(uint256 reportable, uint256 asked) private {
        vm.expectRevert(abi.encodeWithSelector(IAudits.AuditWrongEpoch.selector, reportable, asked));
        reportAs(validator, asked, SECRET, _none);
    }

    function expectWrongPreimage(uint256 epoch, bytes32 value) private {
        vm.expectRevert(abi.encodeWithSelector(IAudits.AuditWrongPreimage.selector, validator, epoch));
        reportAs(validator, epoch, value, _none);
    }

    function both(address one, address other) private pure returns (IAudits.Row[] memory rows) {
        rows = new IAudits.Row[](2);
        (rows[0], rows[1]) = (rowOf(one), rowOf(other));
    }

    /// The first address above `from` that the validator's preimage of FIRST assigns.
    function assignedBy(bytes32 seed, uint256 from) private view returns (address account) {
        do account = address(uint160(++from)); while (!drawn(seed, preimage(FIRST), account));
    }

    function assertHead(bytes32 head, uint256 epoch, address cursor) private view {
        IAudits.Chain memory found;
        (found.head, found.headEpoch, , , found.cursor) = audits.chains(validator);
        assertEq(found.head, head, "head");
        assertEq(found.headEpoch, epoch, "epoch");
        assertEq(found.cursor, cursor, "cursor");
    }
}
