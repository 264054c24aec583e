// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IMeasuredDisputes} from "../../contracts/interfaces/IMeasuredDisputes.sol";
import {Court} from "./support/Court.sol";
import {vm} from "./support/Vm.sol";

contract MeasuredVerdictsTest is Court {
    function setUp() public {
        deployCourt();
        populate(20);
    }

    function test_Upheld() public {
        bytes32 id = openOne();
        decide(id, 4, 1);
        assertState(id, IMeasuredDisputes.State.Appealable);
        finish(id);
        assertClosed(id, IMeasuredDisputes.Outcome.Upheld);
        assertEq(stakeOf(executor), EXECUTOR_STAKE - PENALTY, "slashed");
        assertEq(rewardsOf(client), (PENALTY * 3) / 10, "reporter");
        assertEq(accounting.balanceOf(client), 10e6, "refund");
        assertEq(measured.creditOf(client), BOND, "bond");
        assertEq(token.balanceOf(address(measured)), BOND, "holds credit only");
    }
}
