// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IJury} from "../../../contracts/jury/IJury.sol";
import {Court} from "./Court.sol";
import {vm} from "./Vm.sol";

/// Cases of a court that is none of ours.
abstract contract JuryCase is Court {
    bytes32 internal constant CASE = keccak256("case");

    function openCase(bytes32 id) internal {
        vm.prank(JUDGE);
        jury.open(id, new address[](0));
    }

    function request(bytes32 id, uint256 size) internal {
        openCase(id);
        uint256 candidates = jury.candidateCount();
        vm.expectEmit(address(jury));
        emit IJury.DrawRequested(id, 1, size, candidates, height + 64);
        vm.prank(JUDGE);
        jury.request(id, size);
    }

    function draw(bytes32 id) internal returns (IJury.Phase) {
        drawPanel(id);
        return jury.phaseOf(id);
    }

    function panel() internal returns (address[] memory) {
        request(CASE, 5);
        draw(CASE);
        return jury.jurorsOf(CASE, 1);
    }

    function seedOf(bytes32 randao) internal pure returns (bytes32) {
        return keccak256(abi.encode(randao, CASE, uint256(1)));
    }
}
