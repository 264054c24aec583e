// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BlockHeader} from "@openzeppelin/contracts/utils/BlockHeader.sol";
import {Memory} from "@openzeppelin/contracts/utils/Memory.sol";

/// @title PastBlocks: what the header of a past block says, proven by its hash
/// @dev The opcode knows 256 blocks, the history contract of EIP-2935 8 191. OpenZeppelin's `Blockhash` reads it, too, but
/// does not look whether the call succeeded: where the contract reverts with a reason, the reason would be the hash. Here only
/// 32 bytes from a call that succeeded count.
library PastBlocks {
    error BlockUnknown(uint256 blockNumber, bytes32 blockHash, bytes32 found);

    address internal constant HISTORY = 0x0000F90827F1C53a10cb7A02335B175320002935;

    uint256 private constant OPCODE_REACH = 256;

    /// @notice Hash of a block, or zero if it is not to be had: too old, or not there yet.
    function hashOf(uint256 blockNumber) internal view returns (bytes32) {
        if (blockNumber >= block.number) return bytes32(0);
        if (block.number - blockNumber <= OPCODE_REACH) return blockhash(blockNumber);
        (bool success, bytes memory result) = HISTORY.staticcall(abi.encode(blockNumber));
        return success && result.length == 32 ? bytes32(result) : bytes32(0);
    }

    /// @notice Fields of the block's header, which are refused unless they hash to the block. That is checked before anything
    /// is read, so that only headers of this chain are parsed.
    /// @param header As the chain hashes it: RLP.
    function fieldsOf(uint256 blockNumber, bytes calldata header) internal view returns (Memory.Slice[] memory fields) {
        bytes32 blockHash = hashOf(blockNumber);
        require(keccak256(header) == blockHash, BlockUnknown(blockNumber, blockHash, keccak256(header)));
        return BlockHeader.parseHeader(header);
    }
}
