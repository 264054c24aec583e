// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Costs} from "../../contracts/libraries/Costs.sol";

/// What holds of every cost, whatever the counts and prices.
contract CostsProof {
    /// The executor never gets less than the exact cost, and less than one base unit more.
    function roundsUpByLessThanOneUnit(uint32 inbound, uint32 outbound, uint96 inPrice, uint96 outPrice) external pure {
        uint256 exact = uint256(inbound) * inPrice + uint256(outbound) * outPrice;
        uint256 cost = Costs.costUp(inbound, outbound, inPrice, outPrice);
        assert(cost * Costs.TOKENS_PER_PRICE >= exact);
        assert(cost * Costs.TOKENS_PER_PRICE < exact + Costs.TOKENS_PER_PRICE);
    }

    /// Its unchecked arithmetic has room: no cost wraps round.
    function staysBelowItsBound(uint32 inbound, uint32 outbound, uint96 inPrice, uint96 outPrice) external pure {
        assert(Costs.costUp(inbound, outbound, inPrice, outPrice) < 2 ** 110);
    }
}
