// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title RevealGas: what the transaction that this call is costs its sender, and never more
/// @dev It can only be seen where the call is the whole transaction, of an account without code. A contract that calls could
/// make the bytes up on the way, put many calls into one transaction, or spend what another use of it pays for already: of
/// such a call nothing counts. So no calldata and no 21 000 gas are counted that were not paid.
/// @dev The gas of EIP-2028 and EIP-7623: on a chain that takes less for calldata, this counts too much.
library RevealGas {
    uint256 private constant TRANSACTION = 21_000;
    /// @dev Gas for a token of calldata: a zero byte is one, any other four.
    uint256 private constant TOKEN = 4;
    /// @dev The least that a transaction pays for a token, whatever it executes.
    uint256 private constant FLOOR_TOKEN = 10;
    uint256 private constant TOKENS_BEYOND_ZERO = 3;
    uint256 private constant ONES = 0x0101010101010101010101010101010101010101010101010101010101010101;

    /// @notice Gas of the transaction, or nothing if that cannot be seen.
    /// @param gasBefore What was left when the call began, less what it spent on what does not count.
    /// @param later What it will spend after this.
    function used(uint256 gasBefore, uint256 later) internal view returns (uint256) {
        // No account without code is called by another: the calldata of this call is the transaction's.
        // solhint-disable-next-line avoid-tx-origin
        if (msg.sender != tx.origin || msg.sender.code.length != 0) return 0;
        uint256 tokens = msg.data.length + TOKENS_BEYOND_ZERO * _nonzeroBytes();
        uint256 execution = gasBefore - gasleft() + later;
        return TRANSACTION + Math.max(TOKEN * tokens + execution, FLOOR_TOKEN * tokens);
    }

    /// @notice Wei for a unit of gas that nobody gets back: tips go to whoever makes the block, who can be the sender.
    /// @dev Some chains take transactions that pay less than the base fee, or nothing.
    function price() internal view returns (uint256) {
        return Math.min(block.basefee, tx.gasprice);
    }

    /// @dev By words: a byte for each would cost more than the calldata. Behind its end calldata reads as zeros.
    function _nonzeroBytes() private pure returns (uint256 count) {
        for (uint256 start = 0; start < msg.data.length; start += 32) {
            uint256 word;
            assembly ("memory-safe") {
                word := calldataload(start)
            }
            word |= word >> 4;
            word |= word >> 2;
            word |= word >> 1; // Now the lowest bit of each byte says whether it had any.
            unchecked {
                count += ((word & ONES) * ONES) >> 248; // The highest byte of the product is their sum, at most 32.
            }
        }
    }
}
