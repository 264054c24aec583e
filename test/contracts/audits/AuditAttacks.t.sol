// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAudits} from "../../../contracts/audits/IAudits.sol";
import {Assignments} from "../../../contracts/audits/Assignments.sol";
import {AuditWorld} from "../support/AuditWorld.sol";
import {vm} from "../support/Vm.sol";

// What somebody would do to choose whom it audits, to be audited by a friend, or to count twice.
contract AuditAttacksTest is AuditWorld {
    bytes32 private constant OTHER = keccak256("another secret");

    function setUp() public {
        deployAudits();
    }

    /// Knowing a seed, a validator looks for a chain that is assigned to its victim.
    function test_AChainMadeForAKnownSeedComesTooLate() public {
        registerFirstChain();
        bytes32 seed = open(FIRST + 2);
        bytes32 secret = OTHER;
        while (!drawn(seed, secret, executors[0])) secret = keccak256(abi.encode(secret));
        registerChainAs(validator, secret, 1);
        vm.warp((FIRST + 3) * EPOCH);
        vm.expectRevert(abi.encodeWithSelector(IAudits.AuditWrongPreimage.selector, validator, FIRST + 2));
        reportAs(validator, FIRST + 2, secret, rowsOf(executors[0]));
        // Nor does it serve the epoch after, whose seed the last proposer of this one knows.
        close(FIRST + 3);
        vm.expectRevert(abi.encodeWithSelector(IAudits.AuditWrongPreimage.selector, validator, FIRST + 3));
        reportAs(validator, FIRST + 3, secret, rowsOf(executors[0]));
    }

    /// A validator keeps silent in some epochs in order to have several preimages to choose from.
    function test_SkippingDoesNotLeaveAChoiceOfPreimages() public {
        registerFirstChain();
        uint256 epoch = FIRST + 9;
        close(epoch);
        for (uint256 other = FIRST; other < FIRST + LENGTH; ++other) {
            if (other == epoch) continue;
            bytes32 value = preimage(other);
            vm.expectRevert(abi.encodeWithSelector(IAudits.AuditWrongPreimage.selector, validator, epoch));
            reportAs(validator, epoch, value, new IAudits.Row[](0));
        }
    }

    /// Two chains wait, and the seed decides which one the validator uses.
    function test_OnlyOneChainCanWait() public {
        registerFirstChain();
        open(FIRST + 1);
        registerChainAs(validator, OTHER, 5);
        open(FIRST + 2);
        bytes32 tip = back(validator, keccak256("a third secret"), 5);
        vm.expectRevert(abi.encodeWithSelector(IAudits.AuditChainPending.selector, validator, FIRST + 3));
        vm.prank(validator);
        audits.registerChain(tip, 5);
    }

    /// One stake is moved over many addresses that hold chains, to the one that was assigned the victim. While an address
    /// has no stake, anybody takes its chain; it cannot get one in time.
    function test_AChainDoesNotOutliveItsStake() public {
        registerFirstChain();
        vm.prank(validator);
        registry.unbond(MINIMUM_VALIDATOR);
        vm.prank(stranger);
        audits.dropChain(validator);
        close(FIRST);
        vm.prank(validator);
        registry.cancelUnbond();
        registerFirstChain();
        address assigned = executorsIn(FIRST, true)[0];
        bytes32 value = preimage(FIRST);
        vm.expectRevert(abi.encodeWithSelector(IAudits.AuditEpochNotCovered.selector, validator, FIRST));
        reportAs(validator, FIRST, value, rowsOf(assigned));
    }

    /// Being dropped and coming back does not make the reported epoch new.
    function test_AnEpochIsNotReportedTwiceByWayOfANewChain() public {
        registerFirstChain();
        close(FIRST);
        address assigned = executorsIn(FIRST, true)[0];
        report(FIRST, rowsOf(assigned));
        vm.startPrank(validator);
        registry.unbond(MINIMUM_VALIDATOR);
        audits.dropChain(validator);
        registry.cancelUnbond();
        vm.stopPrank();
        registerFirstChain();
        bytes32 value = preimage(FIRST);
        vm.expectRevert(abi.encodeWithSelector(IAudits.AuditEpochNotCovered.selector, validator, FIRST));
        reportAs(validator, FIRST, value, rowsOf(assigned));
    }

    /// A validator without work of its own registers the tip of another, waits for the preimage and copies the rows.
    function test_ACopiedTipCannotBeOpened() public {
        registerFirstChain();
        address copier = vm.addr(0xC0B1E);
        enrolValidator(copier);
        bytes32 tip = back(validator, SECRET, LENGTH);
        vm.prank(copier);
        audits.registerChain(tip, LENGTH);
        close(FIRST);
        IAudits.Row[] memory rows = rowsOf(executorsIn(FIRST, true));
        bytes32 value = preimage(FIRST);
        vm.expectRevert(abi.encodeWithSelector(IAudits.AuditWrongPreimage.selector, copier, FIRST));
        reportAs(copier, FIRST, value, rows);
    }

    /// Somebody takes a report out of the pool and sends it first: it speaks for its sender alone.
    function test_AStolenReportHelpsNobody() public {
        registerFirstChain();
        close(FIRST);
        IAudits.Row[] memory rows = rowsOf(executorsIn(FIRST, true));
        bytes32 value = preimage(FIRST);
        vm.expectRevert(abi.encodeWithSelector(IAudits.AuditNotActiveValidator.selector, stranger));
        reportAs(stranger, FIRST, value, rows);
        report(FIRST, rows);
    }

    /// An executor registers many addresses so that each is audited less: the chance of each stays the same.
    function test_MoreExecutorsDoNotThinOutAudits() public {
        registerFirstChain();
        bytes32 seed = open(FIRST);
        bool before = audits.isAssigned(FIRST, preimage(FIRST), executors[0]);
        for (uint256 i = 1; i <= 50; ++i) registerExecutor(address(uint160(1000 + i)));
        assertTrue(audits.isAssigned(FIRST, preimage(FIRST), executors[0]) == before, "unchanged");
        assertTrue(drawn(seed, preimage(FIRST), executors[0]) == before, "as described");
    }

    /// A colluding pair makes an address that is assigned to the validator in the running epoch.
    function test_AnAddressMadeForAKnownPreimageComesTooLate() public {
        registerFirstChain();
        bytes32 seed = open(FIRST);
        address made = address(0xF00D);
        while (!drawn(seed, preimage(FIRST), made)) made = address(uint160(made) + 1);
        registerExecutor(made);
        vm.warp((FIRST + 1) * EPOCH);
        bytes32 value = preimage(FIRST);
        vm.expectRevert(abi.encodeWithSelector(IAudits.AuditExecutorTooNew.selector, made, FIRST + 2));
        reportAs(validator, FIRST, value, rowsOf(made));
    }

    /// Whatever seed the last proposers choose: it moves the assignments of a preimage that they know, and leaves those of
    /// one that they do not know as they were, a fresh draw.
    function testFuzz_ASeedOfChoiceDoesNotSteerUnknownPreimages(bytes32 unknown) public pure {
        bytes32 known = keccak256("known");
        uint256 hits = 0;
        uint256 draws = 400;
        for (uint256 i = 0; i < draws; ++i) {
            // The proposer takes the first seed that keeps its own validator off the executor.
            bytes32 seed = keccak256(abi.encode(i));
            while (Assignments.isAssigned(seed, known, address(7), 4)) seed = keccak256(abi.encode(seed));
            if (Assignments.isAssigned(seed, keccak256(abi.encode(unknown, i)), address(7), 4)) ++hits;
        }
        // Mean 100, standard deviation 8.7: out of these bounds once in 10^9.
        assertTrue(hits > 47 && hits < 153, "a quarter");
    }
}
