// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {TestBase} from "../support/Vm.sol";
import {Auditors} from "./Auditors.sol";

/// After any history of chains, drops, skipped epochs, good and bad reports.
contract AuditHistoryInvariantTest is TestBase {
    Auditors private _auditors;

    function setUp() public {
        _auditors = new Auditors();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_auditors);
    }

    /// Exactly the reports of the model are accepted; one preimage per epoch; no executor twice.
    function invariant_ReportsAreThoseOfTheModel() public view {
        assertEq(bytes(_auditors.broken()).length, 0, _auditors.broken());
    }
}

/// The same moves from one seed after another, long enough that all of it happens.
contract AuditHistoryTest is TestBase {
    /// hardhat-config: fuzz.runs = 32
    function testFuzz_HistoriesReachEverything(uint256 seed) public {
        Auditors auditors = new Auditors();
        for (uint256 i = 0; i < 300; ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            uint256 move = random % 16;
            random >>= 8;
            if (move < 4) auditors.pass(random, true);
            else if (move < 7) auditors.register(random, random >> 8);
            else if (move == 7) leaveOrReturn(auditors, random);
            else if (move < 12) auditors.reportHonestly(random, random >> 8);
            else auditors.reportAnything(random, random >> 8, random >> 16, random >> 32, random >> 64);
            assertEq(bytes(auditors.broken()).length, 0, auditors.broken());
        }
        assertTrue(auditors.accepted() > 2 && auditors.rows() > 2, "reports were accepted");
        assertTrue(auditors.refused() > 2, "reports were refused");
    }

    /// Away for a moment; in one of three cases somebody takes the chain meanwhile.
    function leaveOrReturn(Auditors auditors, uint256 random) private {
        auditors.changeStake(random, random >> 8);
        if (random % 3 == 0) auditors.drop(random);
        auditors.changeStake(random, 1);
    }
}
