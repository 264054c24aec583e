// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../../contracts/escrow/IAccountingV2.sol";
import {Maturity} from "../../contracts/escrow/Maturity.sol";

/// What holds of tails, whenever they are looked at.
contract MaturityProof {
    /// Rolling forward invents no money.
    function rollsNothingUp(uint104 current, uint104 previous, uint40 epoch, uint40 passed) external pure {
        IAccountingV2.Earnings memory stored;
        (stored.currentTail, stored.previousTail, stored.epoch) = (current, previous, epoch);
        assert(Maturity.unmatured(stored, uint48(epoch) + passed) <= uint256(current) + previous);
    }

    /// Money of today is unmatured today and tomorrow, and matured the day after.
    function holdsADayAndMatures(uint104 current, uint104 previous, uint40 epoch) external pure {
        IAccountingV2.Earnings memory stored;
        (stored.currentTail, stored.previousTail, stored.epoch) = (current, previous, epoch);
        assert(Maturity.unmatured(stored, epoch) == uint256(current) + previous);
        assert(Maturity.unmatured(stored, uint48(epoch) + 1) == current);
        assert(Maturity.unmatured(stored, uint48(epoch) + 2) == 0);
    }
}
