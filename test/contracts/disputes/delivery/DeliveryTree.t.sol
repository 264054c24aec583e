// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DeliveryTree} from "../../../../contracts/disputes/delivery/DeliveryTree.sol";
import {TestBase, vm} from "../../support/Vm.sol";
import {Tree} from "../../support/Tree.sol";

// rootOf
// ├── of nothing: the hash of nothing
// ├── every number of chunks up to 9, the last one short or whole: as RFC 6962 defines it
// └── the vectors of contents.json, which TypeScript reads too
// contains
// ├── every chunk of every such tree, with its own proof
// ├── the proofs of contents.json
// └── false
//     ├── another byte, another index, another count at the last chunk
//     ├── a sibling more, less or other
//     ├── a chunk that is short in the middle, too long or empty at the end
//     └── a node that passes itself off as a chunk
contract DeliveryTreeTest is TestBase {
    uint256 private constant CHUNK = 4096;
    uint256 private constant MOST = 9;

    function rootOf(bytes calldata answer) external pure returns (bytes32) {
        return DeliveryTree.rootOf(answer);
    }

    function contains(
        bytes32 root,
        uint256 count,
        uint256 index,
        bytes calldata chunk,
        bytes32[] calldata proof
    ) external pure returns (bool) {
        return DeliveryTree.contains(root, count, index, chunk, proof);
    }

    /* ROOT */

    function test_OfNothingItIsTheHashOfNothing() public view {
        assertEq(this.rootOf(""), keccak256(""), "root");
    }

    function test_RootsAreThoseOfTheDefinition() public view {
        for (uint256 count = 1; count <= MOST; ++count) {
            bytes memory whole = patternOf(count * CHUNK);
            assertEq(this.rootOf(whole), Tree.rootOf(whole), "whole chunks");
            bytes memory short = patternOf(count * CHUNK - CHUNK + count);
            assertEq(this.rootOf(short), Tree.rootOf(short), "a short last one");
        }
    }

    function test_RootsAreThoseOfTheVectors() public view {
        string memory json = vm.readFile("protocol/vectors/contents.json");
        uint256 read = 0;
        for (
            string memory path = entry(".delivery", 0);
            vm.keyExistsJson(json, path);
            path = entry(".delivery", ++read)
        ) {
            bytes memory answer = new bytes(numberAt(json, path, ".count"));
            for (uint256 i = 0; i < answer.length; ++i) answer[i] = 0x61;
            assertEq(this.rootOf(answer), vm.parseJsonBytes32(json, string.concat(path, ".deliveryHash")), path);
        }
        assertTrue(read > 5, "the file has vectors");
    }

    /* CHUNKS */

    function test_EveryChunkHasItsPlace() public view {
        for (uint256 count = 1; count <= MOST; ++count) {
            bytes memory answer = patternOf(count * CHUNK - 7);
            bytes32[] memory leaves = Tree.leavesOf(answer);
            bytes32 root = Tree.rootOf(answer);
            for (uint256 index = 0; index < count; ++index) {
                bytes32[] memory proof = Tree.proofOf(leaves, index);
                bytes memory chunk = Tree.chunkAt(answer, index);
                assertTrue(this.contains(root, count, index, chunk, proof), "its own");
                chunk[3] ^= 0x01;
                assertTrue(!this.contains(root, count, index, chunk, proof), "another byte");
            }
        }
    }

    function test_ProofsAreThoseOfTheVectors() public view {
        string memory json = vm.readFile("protocol/vectors/contents.json");
        uint256 read = 0;
        for (string memory path = entry(".chunks", 0); vm.keyExistsJson(json, path); path = entry(".chunks", ++read)) {
            bytes memory answer = patternOf(numberAt(json, path, ".count"));
            uint256 index = numberAt(json, path, ".index");
            bytes32 root = vm.parseJsonBytes32(json, string.concat(path, ".deliveryHash"));
            bytes32[] memory proof = proofAt(json, string.concat(path, ".proof"));
            bool found = this.contains(root, Tree.chunkCountOf(answer), index, Tree.chunkAt(answer, index), proof);
            assertTrue(found, path);
        }
        assertTrue(read > 10, "the file has vectors");
    }

    /// hardhat-config: fuzz.runs = 64
    function testFuzz_AnotherPlaceIsRefused(uint256 count, uint256 index, uint256 claimed) public view {
        count = bound(count, 2, MOST);
        index = bound(index, 0, count - 1);
        claimed = bound(claimed, 0, MOST);
        if (claimed == index) return;
        bytes memory answer = patternOf(count * CHUNK);
        bytes32[] memory proof = Tree.proofOf(Tree.leavesOf(answer), index);
        assertTrue(!this.contains(Tree.rootOf(answer), count, claimed, Tree.chunkAt(answer, index), proof), "place");
    }

    /// The last chunk of a claimed count is what ties the count to the root.
    function test_NoOtherCountHasALastChunk() public view {
        for (uint256 count = 1; count <= MOST; ++count) {
            bytes memory answer = patternOf(count * CHUNK);
            bytes32[] memory leaves = Tree.leavesOf(answer);
            for (uint256 claimed = 1; claimed < count; ++claimed) {
                bytes memory chunk = Tree.chunkAt(answer, claimed - 1);
                bytes32[] memory proof = Tree.proofOf(leaves, claimed - 1);
                assertTrue(!this.contains(Tree.rootOf(answer), claimed, claimed - 1, chunk, proof), "fewer");
            }
        }
    }

    function test_ProofsAreExact() public view {
        bytes memory answer = patternOf(5 * CHUNK);
        bytes32 root = Tree.rootOf(answer);
        bytes memory chunk = Tree.chunkAt(answer, 2);
        bytes32[] memory proof = Tree.proofOf(Tree.leavesOf(answer), 2);
        assertTrue(this.contains(root, 5, 2, chunk, proof), "exact");
        assertTrue(!this.contains(root, 5, 2, chunk, cut(proof, proof.length - 1)), "a sibling less");
        assertTrue(!this.contains(root, 5, 2, chunk, cut(proof, proof.length + 1)), "a sibling more");
        proof[1] ^= bytes32(uint256(1));
        assertTrue(!this.contains(root, 5, 2, chunk, proof), "another sibling");
    }

    /// A root over chunks of other lengths is no delivery hash, even if whoever made it has the proofs.
    function test_ChunksHaveTheirLength() public view {
        bytes memory first = patternOf(CHUNK - 1);
        bytes memory last = patternOf(CHUNK + 1);
        bytes32[] memory leaves = new bytes32[](2);
        leaves[0] = keccak256(bytes.concat(hex"00", first));
        leaves[1] = keccak256(bytes.concat(hex"00", last));
        bytes32 root = Tree.rootOf(leaves, 0, 2);
        assertTrue(!this.contains(root, 2, 0, first, Tree.proofOf(leaves, 0)), "short in the middle");
        assertTrue(!this.contains(root, 2, 1, last, Tree.proofOf(leaves, 1)), "too long at the end");
        bytes32[] memory none = new bytes32[](0);
        assertTrue(!this.contains(keccak256(hex"00"), 1, 0, "", none), "empty");
    }

    function test_ANodeIsNoChunk() public view {
        bytes memory answer = patternOf(2 * CHUNK);
        bytes32[] memory leaves = Tree.leavesOf(answer);
        bytes memory forged = abi.encodePacked(leaves[0], leaves[1]);
        assertTrue(!this.contains(Tree.rootOf(answer), 1, 0, forged, new bytes32[](0)), "a node");
    }

    /* SUPPORT */

    function patternOf(uint256 length) private pure returns (bytes memory answer) {
        answer = new bytes(length);
        for (uint256 i = 0; i < length; ++i) answer[i] = bytes1(uint8(i + (i >> 12)));
    }

    function cut(bytes32[] memory proof, uint256 length) private pure returns (bytes32[] memory other) {
        other = new bytes32[](length);
        for (uint256 i = 0; i < length && i < proof.length; ++i) other[i] = proof[i];
    }

    function proofAt(string memory json, string memory path) private view returns (bytes32[] memory proof) {
        uint256 length = 0;
        while (vm.keyExistsJson(json, entry(path, length))) ++length;
        proof = new bytes32[](length);
        for (uint256 i = 0; i < length; ++i) proof[i] = vm.parseJsonBytes32(json, entry(path, i));
    }

    function entry(string memory list, uint256 index) private pure returns (string memory) {
        return string.concat(list, "[", vm.toString(index), "]");
    }

    function numberAt(string memory json, string memory path, string memory field) private pure returns (uint256) {
        return vm.parseJsonUint(json, string.concat(path, field));
    }
}
