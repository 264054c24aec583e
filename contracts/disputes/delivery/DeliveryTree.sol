// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title DeliveryTree: what a response's `deliveryHash` says about the bytes of its answer
/// @dev A Merkle tree as in RFC 6962, with keccak256, over chunks of 4 KiB, the last one as long as it is. A leaf is hashed
/// behind a zero byte and a node behind a one byte, so that neither passes for the other; a node without a sibling moves up
/// unchanged. The root over no bytes is the hash of nothing. `protocol/src/merkle.ts` does the same; vectors hold both to it.
library DeliveryTree {
    /// @notice Bytes of every chunk but the last.
    uint256 internal constant CHUNK_BYTES = 4096;

    bytes1 private constant LEAF = 0x00;
    bytes1 private constant NODE = 0x01;

    /// @notice Root over all bytes of an answer. Memory grows with them: the caller bounds their number.
    function rootOf(bytes calldata answer) internal pure returns (bytes32) {
        uint256 width = Math.ceilDiv(answer.length, CHUNK_BYTES);
        if (width == 0) return keccak256("");
        bytes32[] memory level = new bytes32[](width);
        for (uint256 i = 0; i < width; ++i) {
            uint256 start = i * CHUNK_BYTES;
            level[i] = _hashChunk(answer[start:Math.min(start + CHUNK_BYTES, answer.length)]);
        }
        for (; width > 1; width = (width + 1) / 2) {
            for (uint256 i = 0; i < width; i += 2) {
                level[i / 2] = i + 1 == width ? level[i] : _hashNode(level[i], level[i + 1]);
            }
        }
        return level[0];
    }

    /// @notice Whether `chunk` is the one with this index in a tree of `count` chunks with this root.
    /// @dev A chunk passes under a wrong count as well, if its path looks the same there, but not all chunks of a wrong count
    /// do. So all chunks of one and the same count together are the whole answer, and nothing less is.
    /// @param proof Siblings from the chunk up; a level at which its node has none is left out.
    function contains(
        bytes32 root,
        uint256 count,
        uint256 index,
        bytes calldata chunk,
        bytes32[] calldata proof
    ) internal pure returns (bool) {
        if (index >= count || !_hasLengthAt(chunk.length, index + 1 == count)) return false;
        bytes32 hash = _hashChunk(chunk);
        uint256 used = 0;
        for (uint256 width = count; width > 1; width = (width + 1) / 2) {
            if (index ^ 1 < width) {
                if (used == proof.length) return false;
                bytes32 sibling = proof[used++];
                hash = index & 1 == 0 ? _hashNode(hash, sibling) : _hashNode(sibling, hash);
            }
            index /= 2;
        }
        return used == proof.length && hash == root;
    }

    function _hasLengthAt(uint256 length, bool last) private pure returns (bool) {
        return last ? length != 0 && length <= CHUNK_BYTES : length == CHUNK_BYTES;
    }

    function _hashChunk(bytes calldata chunk) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(LEAF, chunk));
    }

    function _hashNode(bytes32 left, bytes32 right) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(NODE, left, right));
    }
}
