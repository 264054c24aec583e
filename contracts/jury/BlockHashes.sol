// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title BlockHashes: hashes of past blocks, also of those that the opcode has forgotten
/// @dev The opcode knows 256 blocks, the history contract of EIP-2935 8 191. OpenZeppelin's `Blockhash` reads it, too, but
/// does not look whether the call succeeded: where the contract reverts with a reason, the reason would be the hash, and
/// everybody would know it beforehand. Here only 32 bytes from a call that succeeded count.
library BlockHashes {
    address internal constant HISTORY = 0x0000F90827F1C53a10cb7A02335B175320002935;

    uint256 private constant OPCODE_REACH = 256;

    /// @notice Hash of a block, or zero if it is not to be had: too old, or not there yet.
    function get(uint256 blockNumber) internal view returns (bytes32) {
        if (blockNumber >= block.number) return bytes32(0);
        if (block.number - blockNumber <= OPCODE_REACH) return blockhash(blockNumber);
        (bool success, bytes memory result) = HISTORY.staticcall(abi.encode(blockNumber));
        return success && result.length == 32 ? bytes32(result) : bytes32(0);
    }
}
