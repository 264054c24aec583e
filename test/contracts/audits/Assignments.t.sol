// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Assignments} from "../../../contracts/audits/Assignments.sol";
import {TestBase} from "../support/Vm.sol";

/*
isAssigned
├── with odds of 1 always
├── once in `odds`, whatever the odds, the seed, the preimage
├── each executor and each validator by itself: pairs of draws are as frequent as independent ones
└── rarer odds assign a part of those that better odds assign
walkBack
├── no step: the value itself
├── one way: so many steps and then so many are the sum
└── each validator has its own chain
*/
contract AssignmentsTest is TestBase {
    uint256 private constant DRAWS = 1024;

    function testFuzz_OddsOfOneAssignAll(bytes32 seed, bytes32 preimage, address executor) public pure {
        assertTrue(Assignments.isAssigned(seed, preimage, executor, 1), "always");
    }

    /// The count of 1 024 draws is binomial. Six standard deviations and 8 more (for the rare odds, whose distribution is
    /// skewed) are left about once in 10^8 runs of this test.
    function testFuzz_AnExecutorIsAssignedOnceInTheOdds(bytes32 seed, bytes32 preimage, uint256 odds) public pure {
        odds = bound(odds, 1, 64);
        uint256 hits = 0;
        for (uint256 i = 0; i < DRAWS; ++i) {
            if (Assignments.isAssigned(seed, preimage, address(uint160(i)), odds)) ++hits;
        }
        assertNear(hits, odds, "over executors");
        hits = 0;
        for (uint256 i = 0; i < DRAWS; ++i) {
            if (Assignments.isAssigned(seed, keccak256(abi.encode(preimage, i)), address(7), odds)) ++hits;
        }
        assertNear(hits, odds, "over validators");
        hits = 0;
        for (uint256 i = 0; i < DRAWS; ++i) {
            if (Assignments.isAssigned(keccak256(abi.encode(seed, i)), preimage, address(7), odds)) ++hits;
        }
        assertNear(hits, odds, "over epochs");
    }

    /// Whether one executor is assigned says nothing about the next, nor one validator about another.
    function testFuzz_DrawsAreIndependent(bytes32 seed, bytes32 preimage, uint256 odds) public pure {
        odds = bound(odds, 2, 8);
        uint256 executors = 0;
        uint256 validators = 0;
        for (uint256 i = 0; i < DRAWS; ++i) {
            bytes32 drawn = keccak256(abi.encode(seed, i));
            bool assigned = Assignments.isAssigned(drawn, preimage, address(7), odds);
            if (assigned && Assignments.isAssigned(drawn, preimage, address(8), odds)) ++executors;
            if (assigned && Assignments.isAssigned(drawn, ~preimage, address(7), odds)) ++validators;
        }
        assertNear(executors, odds * odds, "two executors of one validator");
        assertNear(validators, odds * odds, "two validators of one executor");
    }

    function testFuzz_RarerOddsAssignAPart(
        bytes32 seed,
        bytes32 preimage,
        address executor,
        uint256 odds,
        uint256 better
    ) public pure {
        odds = bound(odds, 1, 65_536);
        better = bound(better, 1, odds);
        bool assigned = Assignments.isAssigned(seed, preimage, executor, odds);
        assertTrue(!assigned || Assignments.isAssigned(seed, preimage, executor, better), "a part");
    }

    /* CHAINS */

    function testFuzz_StepsAddUp(address validator, bytes32 value, uint8 some, uint8 more) public pure {
        assertEq(Assignments.walkBack(validator, value, 0), value, "none");
        bytes32 once = Assignments.walkBack(validator, value, 1);
        assertEq(once, keccak256(abi.encode(validator, value)), "one");
        bytes32 inTwo = Assignments.walkBack(validator, Assignments.walkBack(validator, value, some), more);
        assertEq(inTwo, Assignments.walkBack(validator, value, uint256(some) + more), "sum");
    }

    function testFuzz_EachValidatorHasItsOwnChain(address one, address other, bytes32 value) public pure {
        if (one == other) return;
        assertTrue(Assignments.walkBack(one, value, 1) != Assignments.walkBack(other, value, 1), "differ");
    }

    /* SUPPORT */

    /// `hits` of DRAWS are about one in `odds`: within six standard deviations and 8.
    function assertNear(uint256 hits, uint256 odds, string memory what) private pure {
        uint256 mean = DRAWS / odds;
        uint256 distance = hits > mean ? hits - mean : mean - hits;
        if (distance <= 8) return;
        assertTrue((distance - 8) ** 2 <= (36 * DRAWS * (odds - 1)) / (odds * odds), what);
    }
}
