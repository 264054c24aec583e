// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {TestBase} from "../support/Vm.sol";
import {Sessions} from "./Sessions.sol";

/// Session signers, after any sequence of authorizations, revocations and signatures.
contract SessionsInvariantTest is TestBase {
    Sessions private _sessions;

    function setUp() public {
        _sessions = new Sessions();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_sessions);
    }

    /// I27: a revoked key counts for no deadline after its thaw, and a revocation takes back nothing for deadlines before.
    function invariant_KeysCountAsTheirRuleSays() public view {
        assertEq(bytes(_sessions.broken()).length, 0, _sessions.broken());
    }
}

/// The same moves from one seed after another, until all of it has happened.
contract SessionsInvariantHistoryTest is TestBase {
    uint256 private constant MOST_MOVES = 2_000;

    /// hardhat-config: fuzz.runs = 32
    function testFuzz_HistoriesReachEverything(uint256 seed) public {
        Sessions sessions = new Sessions();
        for (uint256 i = 0; i < MOST_MOVES && !isDone(sessions); ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            uint256 move = random % 16;
            (bool flag, uint256 which) = ((random >> 8) % 2 == 0, random >> 16);
            if (move == 0 || i < 20) sessions.authorize(which, flag);
            else if (move == 1) sessions.revoke(which, flag);
            else if (move < 10) sessions.signPair(which, random >> 254 == 0, random >> 32);
            else if (move < 15) sessions.settle(which);
            else sessions.pass(random >> 32);
            assertEq(bytes(sessions.broken()).length, 0, sessions.broken());
        }
        assertTrue(isDone(sessions), "keys counted in force, counted after their revocation, and did not count");
    }

    function isDone(Sessions sessions) private view returns (bool) {
        return sessions.inForce() > 2 && sessions.thawing() > 2 && sessions.refused() > 2;
    }
}
