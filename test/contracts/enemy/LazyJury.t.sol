// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IMeasuredDisputes} from "../../../contracts/interfaces/IMeasuredDisputes.sol";
import {IStakeRegistry} from "../../../contracts/interfaces/IStakeRegistry.sol";
import {Court} from "../support/Court.sol";
import {vm} from "../support/Vm.sol";

contract LazyJuryTest is Court {
    function setUp() public {
        deployCourt();
        populate(30);
    }

    /// Jurors that look at nothing and always say `Insufficient` are paid the full fee and can never be fined: it is the one
    /// vote without risk. Three of five of them acquit anybody, and the challenger pays for it.
    function test_LookingAtNothingIsPaidInFullAndNeverFined() public {
        bytes32 id = openOne();
        answerTo(id);
        seat(id);
        vote(id, 2, 0, 3);
        measured.poke(id);
        finish(id);
        assertClosed(id, IMeasuredDisputes.Outcome.Rejected);
        address[] memory jurors = jury.jurorsOf(id, 1);
        for (uint256 i = 0; i < 5; ++i) {
            assertEq(measured.creditOf(jurors[i]), JUROR_FEE, "the fee");
            assertEq(stakeOf(jurors[i]), VALIDATOR_STAKE, "no fine");
        }
        assertEq(measured.creditOf(client), 0, "the bond is lost");
    }

    /// The week of the ramp is served with the minimum; then any stake counts in full from its first second.
    function test_TheRampIsServedWithTheMinimum() public {
        give(stranger, 100_000e6);
        vm.prank(stranger);
        registry.registerAndStake(IStakeRegistry.Role.Executor, "peer", "", MINIMUM_EXECUTOR);
        pass(7 days);
        vm.prank(stranger);
        registry.stake(99_900e6);
        assertEq(registry.capacityOf(stranger), 100_000e6, "a thousand times what was there for a week");
    }
}
