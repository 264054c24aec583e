// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Costs: what an answer costs
library Costs {
    /// @notice Prices are per this many LLM tokens: a token of 6 decimals cannot express $0.10 per million per token.
    uint256 internal constant TOKENS_PER_PRICE = 1_000_000;

    /// @notice Cost of one answer, rounded up, in the executor's favour: by less than one base unit, once per answer.
    /// @return Base units; below 2^110, so that it may exceed what an amount can hold and has to be compared as it is.
    function costUp(
        uint32 inboundTokens,
        uint32 outboundTokens,
        uint96 inboundPrice,
        uint96 outboundPrice
    ) internal pure returns (uint256) {
        // Two products below 2^128 each: their sum and the addend stay below 2^130.
        unchecked {
            uint256 micro = uint256(inboundTokens) * inboundPrice + uint256(outboundTokens) * outboundPrice;
            return (micro + TOKENS_PER_PRICE - 1) / TOKENS_PER_PRICE;
        }
    }
}
