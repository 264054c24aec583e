// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Tails: the name of what was paid for one answer
library Tails {
    /// @notice Key of the answer to one nonce of a lane. Escrow and disputes keep their books of an answer under it.
    function keyOf(address client, address executor, uint64 lane, uint32 nonce) internal pure returns (bytes32) {
        return keccak256(abi.encode(client, executor, lane, nonce));
    }
}
